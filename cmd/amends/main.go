// Command amends is the ledger of goodwill payouts: it fills it, looks into it and
// explains it. See "amends help".
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // calendars of merchants, also where the system has none
)

func main() {
	// The first signal ends work in order; after it a second one kills, since the
	// log is safe against that.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv}
	os.Exit(a.execute(ctx, os.Args[1:]))
}
