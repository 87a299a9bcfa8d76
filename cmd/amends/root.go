package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/internal/clock"
)

// app is one invocation: its streams and the global flags.
type app struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	clock    clock.Clock // nil: the machine's
	noRail   bool        // see place

	home     string
	format   string
	merchant string
	language string
	color    string
	timeout  time.Duration

	words words
	// flagsGiven are the names of the flags on the command line.
	flagsGiven []string
	running    bool // a verb's own code has begun: its errors are not about usage
}

// Output formats.
const (
	asTable = "table"
	asJSON  = "json"
	asJSONL = "jsonl"
	asCSV   = "csv"
)

// execute runs one command line and returns its exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	var known *problem
	if !a.running && !errors.As(err, &known) { // cobra's own: an unknown verb or flag, a missing argument
		err = usage("%s", strings.ReplaceAll(err.Error(), "\n", " "))
	}
	p := problemOf(err)
	p.print(a.err, a.format == asJSON || a.format == asJSONL, a.painter(a.err))
	return p.Exit
}

// root is the command line: every verb is in this list.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "amends",
		Short: "A ledger of goodwill payouts",
		Long: "amends keeps a ledger of small goodwill payouts (小額打款): what a merchant pays a customer\n" +
			"of its own will. Every payout is decided by rules, confirmed by SMS, paid by a rail, and told\n" +
			"again event by event. This release pays with a demo rail: no real money moves.",
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.begin(cmd) },
	}
	f := root.PersistentFlags()
	f.StringVar(&a.home, "home", "", "the ledger's data `folder` (default $AMENDS_HOME, else "+shortHome(a.env)+")")
	f.StringVarP(&a.format, "output", "o", asTable, "table, json, jsonl or csv")
	f.StringVar(&a.merchant, "merchant", "", "merchant `id` (default all for listings, elsewhere the only one there is)")
	f.StringVar(&a.language, "lang", "", "language of what people read: en, zh-Hans or zh-Hant (default by the locale)")
	f.StringVar(&a.color, "color", "auto", "auto, always or never")
	f.DurationVar(&a.timeout, "timeout", 0, "give up after this `time`, such as 30s (default never)")
	root.AddGroup(
		&cobra.Group{ID: "fill", Title: "Fill a ledger:"},
		&cobra.Group{ID: "run", Title: "Run one:"},
		&cobra.Group{ID: "look", Title: "Look into it:"},
	)
	root.AddCommand(
		a.demoCommand(), a.backfillCommand(), a.simulateCommand(),
		withVerbs(a.payoutsCommand(), a.payoutsWatch(), a.payoutsImport()), withVerbs(a.walletCommand(), a.walletVerbs()...),
		withVerbs(a.quotaCommand(), a.quotaVerbs()...), a.exportCommand(), a.eventsCommand(),
		a.policyCommand(), a.merchantCommand(), a.serviceCommand(), a.agentCommand(), a.phoneCommand(), a.exemptCommand(),
		a.ordersCommand(), a.requestCommand(), a.confirmCommand(), a.inboxCommand(), a.refundCommand(), a.disputesCommand(),
		a.doctorCommand(), a.configCommand(), a.manCommand(), a.versionCommand(),
	)
	root.AddCommand(a.payoutActs()...)
	return root
}

// begin checks the global flags before a verb runs.
func (a *app) begin(cmd *cobra.Command) error {
	if err := a.fromEnvironment(cmd); err != nil {
		return err
	}
	if !slices.Contains([]string{asTable, asJSON, asJSONL, asCSV}, a.format) {
		return usage("-o %s: it is one of table, json, jsonl, csv", a.format)
	}
	if !slices.Contains([]string{"auto", "always", "never"}, a.color) {
		return usage("--color %s: it is one of auto, always, never", a.color)
	}
	if a.timeout < 0 {
		return usage("--timeout %v: it can't be negative", a.timeout)
	}
	a.running = true
	return nil
}

// bounded applies --timeout.
func (a *app) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if a.timeout > 0 {
		return context.WithTimeout(ctx, a.timeout)
	}
	return context.WithCancel(ctx)
}

// homeFolder is the ledger's folder: --home, else $AMENDS_HOME, else the user's own.
func (a *app) homeFolder() (string, error) {
	if a.home != "" {
		return a.home, nil
	}
	if h := a.env("AMENDS_HOME"); h != "" {
		return h, nil
	}
	return userHome(a.env)
}

// userHome is where data of programs belong on this system.
func userHome(env func(string) string) (string, error) {
	home, err := os.UserHomeDir()
	switch {
	case runtime.GOOS == "windows" && env("LocalAppData") != "":
		return filepath.Join(env("LocalAppData"), "amends"), nil
	case env("XDG_DATA_HOME") != "":
		return filepath.Join(env("XDG_DATA_HOME"), "amends"), nil
	case err != nil:
		return "", usage("there is no home folder (%v): name one with --home", err)
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support", "amends"), nil
	}
	return filepath.Join(home, ".local", "share", "amends"), nil
}

func shortHome(env func(string) string) string {
	h, err := userHome(env)
	if err != nil {
		return "none"
	}
	if user, err := os.UserHomeDir(); err == nil && strings.HasPrefix(h, user) {
		return "~" + strings.TrimPrefix(h, user)
	}
	return h
}

// isTerminal tells whether a stream is a person's.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// note says something to people beside the output, which may be a script's.
func (a *app) note(format string, args ...any) { fmt.Fprintf(a.err, format+"\n", args...) }
