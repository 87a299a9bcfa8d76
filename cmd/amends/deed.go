package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/ledger"
)

// deed is a verb that gives the ledger a command.
type deed struct {
	a      *app
	role   domain.Role // whose verb it is
	as     string      // --as
	key    string      // --idempotency-key
	begins bool        // it may be the first one of a ledger
	check  bool        // --check: decide and record nothing
}

// deed adds the flags of verbs that act. Whoever can read and write the ledger's
// folder can act as anybody: the folder's permissions are the guard here.
func (a *app) deed(cmd *cobra.Command, role domain.Role) *deed {
	d := &deed{a: a, role: role}
	f := cmd.Flags()
	f.StringVar(&d.as, "as", "", "act as `who`: owner, agent/ID or platform (default "+string(role)+")")
	f.StringVar(&d.key, "idempotency-key", "", "the same `key` gets the same answer for ever (default a new one)")
	return d
}

// actor is who acts.
func (d *deed) actor() (domain.Actor, error) {
	if d.as == "" {
		return domain.Actor{Role: d.role}, nil
	}
	who := domain.ParseActor(d.as)
	switch {
	case who.Role == domain.RoleOwner, who.Role == domain.RolePlatform, who.Role == domain.RoleAgent && who.ID != "":
		return who, nil
	}
	return who, usage("--as %s: it is owner, agent/ID or platform", d.as)
}

// drawKey makes sure that there is a key, and says it to people before anything
// is done: who was cut off can ask again with it, and nothing is done twice.
func (d *deed) drawKey() error {
	if len(d.key) > ledger.MaxKeyBytes {
		return usage("--idempotency-key is longer than %d bytes", ledger.MaxKeyBytes)
	}
	if d.key != "" {
		return nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	d.key = id.String()
	if d.a.format == asTable && !d.check {
		d.a.note("%s", d.a.words.say("key.drawn", "key", d.key))
	}
	return nil
}

// order makes the request of a verb, without key and actor, when the ledger is open.
type order func(ctx context.Context, k *desk) (ledger.Request, error)

// ofMerchant is the order of a verb about a merchant as a whole.
func ofMerchant(make func(ctx context.Context, k *desk) (domain.Command, error)) order {
	return func(ctx context.Context, k *desk) (ledger.Request, error) {
		if err := k.atNamed(ctx); err != nil {
			return ledger.Request{}, err
		}
		c, err := make(ctx, k)
		return ledger.Request{Merchant: k.merchant, Command: c}, err
	}
}

// ofPayout is the order of a verb about one payout.
func ofPayout(no string, make func(no string) domain.Command) order {
	return func(ctx context.Context, k *desk) (ledger.Request, error) {
		no, err := k.atPayout(ctx, no)
		return ledger.Request{Merchant: k.merchant, Command: make(no)}, err
	}
}

// just is a command that needs nothing of the ledger.
func just(c domain.Command) order {
	return ofMerchant(func(context.Context, *desk) (domain.Command, error) { return c, nil })
}

// give hands one command to the ledger and tells the answer: a refusal as an
// error, an acceptance when what it started has come to rest.
func (d *deed) give(ctx context.Context, make order) error {
	actor, err := d.actor()
	if err != nil {
		return err
	}
	if err := d.drawKey(); err != nil {
		return err
	}
	return d.a.act(ctx, d.begins, func(ctx context.Context, k *desk) error {
		r, err := make(ctx, k)
		if err != nil {
			return err
		}
		if r.Key = d.key; r.Actor.Role == "" {
			r.Actor = actor
		}
		if d.check {
			return k.check(ctx, r)
		}
		held, err := k.held(ctx, r.Command)
		if err != nil {
			return err
		}
		receipt, err := k.ledger.Do(ctx, r)
		if err != nil {
			return d.faulty(err)
		}
		if no := receipt.Refusal(); no != nil {
			return k.refused(r, receipt, no)
		}
		return k.accepted(ctx, r, receipt, held)
	})
}

// faulty says with which key to ask again. After a time-out nobody knows whether
// the command was taken, and only its key makes asking again safe.
func (d *deed) faulty(err error) error {
	p := *problemOf(err)
	p.Key = d.key
	if errors.Is(err, eventstore.ErrUnknownOutcome) || p.Exit == exitUnavailable {
		p.Try = "the same command again with --idempotency-key " + d.key
	}
	return &p
}

// accepted waits for what a command started, then tells what it came to. held are
// payouts that it let go on.
func (k *desk) accepted(ctx context.Context, r ledger.Request, receipt ledger.Receipt, held []string) error {
	patience := ctx
	if k.a.timeout == 0 {
		var cancel context.CancelFunc
		patience, cancel = context.WithTimeout(ctx, settleTime)
		defer cancel()
	}
	left, err := k.settle(patience, append(started(receipt.Events), held...))
	if err == nil {
		err = k.catchUp(patience)
	}
	// The command was accepted, so no wait that ended early makes it a failure.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	ans, lookErr := k.answer(last, r, receipt, held)
	if lookErr != nil {
		return (&deed{a: k.a, key: r.Key}).faulty(lookErr)
	}
	for _, m := range left {
		ans.Open = append(ans.Open, k.a.words.say(m.waits, "payout", m.payout))
	}
	if err != nil && len(left) == 0 {
		ans.Open = append(ans.Open, k.a.words.say("waits.views", "why", err.Error()))
	}
	return ans.show(k.a)
}

// lastLook bounds how long the answer itself may take when the wait was cut short.
const lastLook = 5 * time.Second

// check is the dry run: the same decision, and nothing is recorded.
func (k *desk) check(ctx context.Context, r ledger.Request) error {
	receipt, err := k.ledger.Check(ctx, r)
	if err != nil {
		return err
	}
	if no := receipt.Refusal(); no != nil {
		p := k.refusal(r, receipt.Payout(), no)
		p.DryRun, p.Message = true, k.a.words.say("check.refused")
		return p
	}
	return k.checked(r, receipt).show(k.a)
}

// withVerbs adds verbs to a command that groups them.
func withVerbs(group *cobra.Command, verbs ...*cobra.Command) *cobra.Command {
	group.AddCommand(verbs...)
	return group
}

// group is a command that only groups others.
func group(use, short, id string, verbs ...*cobra.Command) *cobra.Command {
	return withVerbs(&cobra.Command{Use: use, Short: short, GroupID: id, RunE: needsVerb, Args: cobra.ArbitraryArgs}, verbs...)
}

// hint is a command to type next, with the ledger and the merchant of this one.
func (a *app) hint(parts ...string) string {
	line := "amends " + strings.Join(parts, " ")
	if a.merchant != "" {
		line += " --merchant " + quoted(a.merchant)
	}
	if a.home != "" {
		line += " --home " + quoted(a.home)
	}
	return line
}

// quoted is a word for a shell.
func quoted(s string) string {
	plain := strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r >= 0x80 || strings.ContainsRune("-_./:@+,", r))
	}) < 0
	if plain && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
