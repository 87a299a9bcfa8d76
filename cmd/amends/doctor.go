package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/vault"
)

// finding is one thing that was looked at.
type finding struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	What  string `json:"what"`
	Try   string `json:"try,omitempty"`

	exit int // if it is not OK
}

const (
	// leastFree is how much room the next segments of the log, the views and a
	// day's growth need: a disk that is nearly full stops everything.
	leastFree = 1 << 30
	// clockSlack is how far the machine's clock may be behind the log's last
	// record: what time synchronisation steps back at most on a healthy machine.
	clockSlack = time.Minute
)

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Check the ledger's folder and what it needs", Args: cobra.NoArgs, GroupID: "run",
		Long: "Check the ledger's folder: that nobody else can read it, that the disk has room, that no other\n" +
			"process has it, that the log and the secrets belong together, that the views follow, and that the\n" +
			"clock is not behind the log. Nothing is changed. Exit code 1 says that something needs attention,\n" +
			"8 that what is stored is not what was written.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := a.bounded(cmd.Context())
			defer cancel()
			folder, err := a.homeFolder()
			if err != nil {
				return err
			}
			h := home(folder)
			if there, err := h.exists(); err != nil || !there {
				return errors.Join(err, notFound("there is no ledger in "+folder, "amends policy publish FILE, or amends demo"))
			}
			return a.tellHealth(a.examine(ctx, h))
		},
	}
}

func (a *app) examine(ctx context.Context, h home) []finding {
	all := []finding{checkModes(h), checkRoom(h)}
	store, err := segment.Open(ctx, segment.Options{Dir: h.log(), MustExist: true})
	switch {
	case errors.Is(err, eventstore.ErrLocked):
		return append(all, finding{"lock", false, "another process has the ledger open; the rest was not looked at", "stop it, or ask it", exitFault})
	case err != nil:
		p := problemOf(err)
		return append(all, finding{"log", false, p.Message, p.Try, max(p.Exit, exitFault)})
	}
	defer store.Close()
	all = append(all, finding{Check: "lock", OK: true, What: "no other process has the ledger open"})
	tail, err := store.Tail(ctx)
	if err != nil {
		return append(all, finding{"log", false, err.Error(), "", exitFault})
	}
	all = append(all, finding{Check: "log", OK: true, What: fmt.Sprintf("it opens; its last event is at position %d", tail)})
	return append(all, checkSecrets(h), checkViews(ctx, h, store, tail), a.checkClock(ctx, store))
}

// checkModes: the folder holds personal values and keys.
func checkModes(h home) finding {
	for _, f := range []struct {
		path string
		may  fs.FileMode
	}{{string(h), 0o700}, {h.secretsFile(), 0o600}, {h.vault(), 0o600}, {h.ordersFile(), 0o600}} {
		info, err := os.Stat(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return finding{"permissions", false, err.Error(), "", exitFault}
		}
		if wide := info.Mode().Perm() &^ f.may; wide != 0 && os.PathSeparator == '/' {
			return finding{"permissions", false, fmt.Sprintf("%s has mode %o: others can get at it", f.path, info.Mode().Perm()),
				fmt.Sprintf("chmod %o %s", f.may, quoted(f.path)), exitFault}
		}
	}
	return finding{Check: "permissions", OK: true, What: "nobody but the owner can read secrets and personal values"}
}

func checkRoom(h home) finding {
	free, err := freeBytes(string(h))
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return finding{Check: "disk", OK: true, What: "how much room there is can't be told on this system"}
	case err != nil:
		return finding{"disk", false, err.Error(), "", exitFault}
	case free < leastFree:
		return finding{"disk", false, fmt.Sprintf("only %d MB are free", free>>20), "make room: at least 1 GB", exitFault}
	}
	return finding{Check: "disk", OK: true, What: fmt.Sprintf("%d GB are free", free>>30)}
}

// checkSecrets opens the vault with its key: a wrong one is found here, not when a
// code does not match.
func checkSecrets(h home) finding {
	s, err := h.loadSecrets(false)
	if err == nil {
		var v *vault.Vault
		if v, err = vault.Open(h.vault(), s.Vault, nil); err == nil {
			err = v.Close()
		}
	}
	if err != nil {
		p := problemOf(err)
		return finding{"secrets", false, p.Message, p.Try, max(p.Exit, exitFault)}
	}
	return finding{Check: "secrets", OK: true, What: "they are there and fit the vault"}
}

// checkViews looks at how far the views are, and brings none of them forward.
func checkViews(ctx context.Context, h home, store eventstore.Store, tail eventstore.Position) finding {
	db, err := projections.OpenSQLite(h.views(), projections.Options{})
	if err != nil {
		return finding{"views", false, err.Error(), "", exitFault}
	}
	defer db.Close()
	runner, err := projections.NewRunner(store, db, views(), projections.RunnerOptions{})
	if err == nil {
		err = runFor(ctx, runner, tail)
	}
	if err != nil {
		p := problemOf(err)
		return finding{"views", false, p.Message, "delete " + quoted(h.views()) + ": it is made again from the log", max(p.Exit, exitFault)}
	}
	return finding{Check: "views", OK: true, What: fmt.Sprintf("all show the log up to position %d", tail)}
}

// runFor brings the views to the log's tail: the only way to know that they can.
func runFor(ctx context.Context, runner *projections.Runner, tail eventstore.Position) error {
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(run) }()
	err := runner.WaitFor(ctx, tail)
	stop()
	return errors.Join(err, <-ended)
}

// checkClock: business time never goes back, so a clock behind the log would put
// everything at the time of its last event.
func (a *app) checkClock(ctx context.Context, store eventstore.Store) finding {
	last, stream := time.Time{}, ""
	tail, err := store.Tail(ctx)
	if err != nil {
		return finding{"clock", false, err.Error(), "", exitFault}
	}
	for e, err := range store.ReadAll(ctx, tail-min(tail, 1), eventstore.Filter{}, 0) {
		if err != nil {
			return finding{"clock", false, err.Error(), "", problemOf(err).Exit}
		}
		last, stream = e.RecordedAt, e.Stream
	}
	if behind := last.Sub(a.now()); behind > clockSlack {
		return finding{"clock", false, fmt.Sprintf("it is %v behind the last event, in %s", behind.Round(time.Second), stream),
			"set the machine's clock; decide nothing before", exitFault}
	}
	return finding{Check: "clock", OK: true, What: a.now().UTC().Format(time.RFC3339) + ", not behind the log"}
}

func (a *app) tellHealth(all []finding) error {
	exit := exitOK
	for _, f := range all {
		if !f.OK {
			exit = max(exit, f.exit)
		}
	}
	if a.format != asTable {
		err := listing[finding]{
			columns: []column{{key: "check"}, {key: "ok"}, {key: "what"}, {key: "try"}},
			cells:   func(f finding) []string { return []string{f.Check, fmt.Sprint(f.OK), f.What, f.Try} }, rows: each(all),
		}.show(a)
		if err != nil {
			return err
		}
	} else {
		paint := a.painter(a.out)
		for _, f := range all {
			mark := paint.good("✓")
			if !f.OK {
				mark = paint.bad("✗")
			}
			fmt.Fprintf(a.out, "%s %-12s %s\n", mark, f.Check, oneLine(f.What))
			if f.Try != "" {
				fmt.Fprintf(a.out, "  %-12s try: %s\n", "", f.Try)
			}
		}
	}
	if exit == exitOK {
		return nil
	}
	if exit != exitIntegrity { // doctor says 0, 1 or 8
		exit = exitFault
	}
	return &problem{Exit: exit, Code: "NOT_WELL", Message: "something needs attention"}
}
