package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/amends-ledger/amends/backfill"
	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/vault"
)

// Exit codes. Scripts rely on them: they never change their meaning.
const (
	exitOK          = 0
	exitFault       = 1
	exitUsage       = 2 // also input files that can't be read
	exitRefused     = 3 // a business rule says no
	exitNotFound    = 4
	exitConflict    = 5 // with what is there already, or an idempotency key used for something else
	exitNotAllowed  = 6
	exitUnavailable = 7 // nothing was done, or it can be done again safely
	exitIntegrity   = 8 // what is stored is not what was written, or two books disagree
	exitUnknown     = 9 // do not resend with a new key
)

// problem is an error as people and scripts meet it.
type problem struct {
	Exit     int      `json:"exit"`
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	Why      string   `json:"why,omitempty"`
	Try      string   `json:"try,omitempty"`
	Mistakes []string `json:"mistakes,omitempty"` // FILE:LINE:COL: what
	More     int      `json:"more_mistakes,omitempty"`

	Key string `json:"idempotency_key,omitempty"` // of a verb that acts: asking again with it is safe
	refusedCommand
	Failures []failing `json:"failures,omitempty"` // of a refusal: every rule that failed
}

func (p *problem) Error() string { return p.Message }

func usage(format string, args ...any) error {
	return &problem{Exit: exitUsage, Code: "USAGE", Message: fmt.Sprintf(format, args...), Try: "amends help"}
}

func notFound(what, try string) error {
	return &problem{Exit: exitNotFound, Code: "NOT_FOUND", Message: what, Try: try}
}

// kinds map errors that are told by errors.Is, the most telling first.
var kinds = []struct {
	is       error
	exit     int
	code     string
	why, try string
}{
	{backfill.ErrStuck, exitUnknown, "OUTCOME_UNKNOWN", "the rail has not said whether the money went out; the payout keeps its hold and its one reference",
		"run the same command again: it goes on with the same payout"},
	{eventstore.ErrUnknownOutcome, exitUnknown, "OUTCOME_UNKNOWN", "the log did not say in time whether it took the events",
		"run the same command again: the same keys get the same answers"},
	{ledger.ErrKeyReused, exitConflict, "IDEMPOTENCY_KEY_REUSED", "a key answers one request for ever", ""},
	{eventstore.ErrLocked, exitUnavailable, "LEDGER_IN_USE", "one process at a time writes to a ledger", "wait until it has ended, or name another --home"},
	{eventstore.ErrFull, exitUnavailable, "DISK_FULL", "the disk has no room for the next event; nothing is damaged", "make room, then run the same command again"},
	{eventstore.ErrCorrupt, exitIntegrity, "LOG_CORRUPT", "what is stored is not what was written", "restore the ledger's folder from a backup"},
	{eventstore.ErrMismatch, exitIntegrity, "LOG_MISMATCH", "", ""},
	{vault.ErrKey, exitIntegrity, "WRONG_KEY", "the secrets file does not belong to this ledger", "restore the secrets file that belongs to it"},
	{errSecretsLost, exitIntegrity, "SECRETS_LOST", "codes, fingerprints and the vault depend on it, and it can't be made again", "restore it from a backup"},
	{projections.ErrStopped, exitIntegrity, "VIEW_STOPPED", "a view met an event that it can't apply", ""},
	{ledger.ErrBusy, exitUnavailable, "BUSY", "", "run the same command again"},
	{ledger.ErrClosed, exitUnavailable, "CLOSED", "", "run the same command again"},
	{eventstore.ErrUnavailable, exitUnavailable, "LOG_UNAVAILABLE", "", "run the same command again"},
	{eventstore.ErrDenied, exitNotAllowed, "DENIED", "", ""},
	{fs.ErrPermission, exitNotAllowed, "NOT_ALLOWED", "the system does not allow it", ""},
	{context.DeadlineExceeded, exitUnavailable, "TIMEOUT", "it took longer than --timeout or than any such step may", "run the same command again: it goes on where it stopped"},
	{context.Canceled, exitUnavailable, "INTERRUPTED", "it was told to stop", "run the same command again: it goes on where it stopped"},
}

// problemOf makes a problem of any error.
func problemOf(err error) *problem {
	var p *problem
	var mistakes *backfill.Mistakes
	var other *backfill.OtherPlan
	var disagree *backfill.Disagreement
	var refusal *domain.Refusal
	var invalid *domain.Invalid
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &mistakes):
		p = &problem{Exit: exitUsage, Code: "BAD_INPUT", Message: "the input has mistakes, nothing was written", More: mistakes.More}
		for _, m := range mistakes.First {
			p.Mistakes = append(p.Mistakes, m.String())
		}
		return p
	case errors.As(err, &other):
		return &problem{
			Exit: exitConflict, Code: string(domain.RuleMerchantExists), Message: other.Error(),
			Why: "their limits and their history are another plan's, other data's or live ones; nothing was written",
			Try: "the same plan with the same data, or another --home",
		}
	case errors.As(err, &disagree):
		return &problem{
			Exit: exitIntegrity, Code: "BOOKS_DISAGREE", Message: strings.Join(disagree.What, "; "),
			Why: "receipts, wallets, records and the rail's own book must agree to the cent",
			Try: "amends events ls",
		}
	case errors.As(err, &refusal):
		return &problem{Exit: exitRefused, Code: string(refusal.Outcome()), Message: err.Error()}
	case errors.As(err, &invalid):
		return &problem{Exit: exitUsage, Code: "INVALID", Message: err.Error()}
	}
	for _, k := range kinds {
		if errors.Is(err, k.is) {
			return &problem{Exit: k.exit, Code: k.code, Message: err.Error(), Why: k.why, Try: k.try}
		}
	}
	return &problem{Exit: exitFault, Code: "FAULT", Message: err.Error()}
}

// print writes a problem to people, or as one JSON object to scripts.
func (p *problem) print(w io.Writer, asJSON bool, paint painter) {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		if enc.Encode(p) == nil {
			return
		}
	}
	for _, m := range p.Mistakes {
		fmt.Fprintln(w, m)
	}
	if p.More > 0 {
		fmt.Fprintf(w, "and %d more\n", p.More)
	}
	for _, f := range p.Failures {
		f.print(w, paint)
	}
	if len(p.Failures) > 0 {
		fmt.Fprintln(w, paint.quiet("  "+p.Message))
		return
	}
	fmt.Fprintf(w, "%s  %s\n", paint.bad("✗ "+p.Code), p.Message)
	if p.Why != "" {
		fmt.Fprintln(w, "  why:  "+p.Why)
	}
	if p.Try != "" {
		fmt.Fprintln(w, "  try:  "+p.Try)
	}
}
