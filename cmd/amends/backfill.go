package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/backfill"
)

func (a *app) backfillCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use: "backfill PLAN", Short: "Send the payouts of the past through the ledger", GroupID: "fill",
		Long: "Read a plan and its data, and send every row through request, SMS, rail and paid, each at its own\n" +
			"time. Mistakes in the input are all found before anything is written. Run again after it was\n" +
			"stopped, it goes on; run again after it was done, it adds nothing and prints the same.\n" +
			"It pays with the demo rail: no real money.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.fill(cmd.Context(), backfill.Files{Open: openFile, Plan: args[0], Data: data}, a.openHome)
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "`folder` that the plan's file names start from (default the plan's)")
	return cmd
}

func (a *app) simulateCommand() *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use: "simulate PLAN", Short: "Tell what backfill would do, and write nothing", GroupID: "fill",
		Long: "Do what backfill does, through the same parts, on files and databases in memory. Nothing is\n" +
			"written anywhere, and --home is not looked at.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.fill(cmd.Context(), backfill.Files{Open: openFile, Plan: args[0], Data: data}, openMemory)
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "`folder` that the plan's file names start from (default the plan's)")
	return cmd
}

func openFile(name string) (io.ReadCloser, error) { return os.Open(name) }

// fill runs a plan on a ledger that open opens, and prints what it comes to.
func (a *app) fill(ctx context.Context, files backfill.Files, open opener) error {
	in, err := a.load(files)
	if err != nil {
		return err
	}
	ctx, cancel := a.bounded(ctx)
	defer cancel()
	result, err := a.run(ctx, in, open, nil)
	if err != nil {
		return err
	}
	return a.printResult(in, result)
}

// load reads the input, and tells its warnings beside the output.
func (a *app) load(files backfill.Files) (*backfill.Input, error) {
	in, err := backfill.Load(files)
	if err != nil {
		return nil, err
	}
	for _, w := range in.Warnings {
		a.note("! %s", w)
	}
	return in, nil
}

// run opens a ledger, fills it, lets then look at it, and closes it.
func (a *app) run(ctx context.Context, in *backfill.Input, open opener, then func(context.Context, *machine) error) (result *backfill.Result, err error) {
	began := time.Now()
	m, err := open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	ctx, cancel := m.bound(ctx)
	defer cancel()
	defer func() { // a part that failed is why, not that the rest was told to stop
		if errors.Is(err, context.Canceled) && !errors.Is(context.Cause(ctx), context.Canceled) {
			err = context.Cause(ctx)
		}
	}()
	progress, done := a.progress(len(in.Rows))
	result, err = backfill.Run(ctx, in, m.parts(progress))
	done()
	if err != nil {
		return nil, err
	}
	result.Events, result.Seconds = m.ledger.Appended(), time.Since(began).Seconds() // what was left half done included
	if then != nil {
		err = then(ctx, m)
	}
	return result, err
}

// progress is a bar on a terminal, and nothing elsewhere.
func (a *app) progress(rows int) (told func(done int), over func()) {
	if !isTerminal(a.err) {
		return nil, func() {}
	}
	bar := progressbar.NewOptions(rows,
		progressbar.OptionSetWriter(a.err), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("rows"),
		progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30),
	)
	return func(done int) { bar.Set(done) }, func() { bar.Finish() }
}

// printResult writes a result: its JSON is a contract, the rest is for people.
func (a *app) printResult(in *backfill.Input, r *backfill.Result) error {
	switch a.format {
	case asJSON, asJSONL:
		return a.object(r)
	case asCSV:
		return listing[figure]{columns: figureColumns, cells: figure.cells, rows: each(figures(r))}.show(a)
	}
	a.reportOutcomes(a.out, r)
	_, err := fmt.Fprintf(a.out, "\n%s: %s\n", in.Name,
		a.words.say("backfill.appended", "events", number(r.Events), "seconds", fmt.Sprintf("%.1f", r.Seconds)))
	return err
}
