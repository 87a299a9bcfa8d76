package domain

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestProperties gives random commands to a merchant, to one that keeps next to
// nothing in memory, and to a model that adds everything up anew, and wants:
//
//   - every request is answered as the model says: the same rules fail, by name
//     and in their order, and it is confirmed in the same way;
//   - money is conserved, nothing is negative, every sum is the sum of its parts,
//     at every prefix (model.compare, Check);
//   - no accepted request ever passes a limit, unless approval was asked for it;
//   - deciding changes nothing, and a stored event applies like a decided one
//     (world.try);
//   - the same command again changes nothing, where it is not meant to;
//   - records that leave memory are never missed (world.try, recallAll);
//   - timers name exactly what is due.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zones := []string{"Asia/Shanghai", "Europe/London", "America/Sao_Paulo", "Pacific/Apia"}
		w := newWorld(t)
		w.retire = rapid.IntRange(0, 5).Draw(t, "retired after each command")
		w.zone = zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		g := &generator{t: t, world: w, model: newModel(w.zone)}
		w.do(PublishPolicy{Name: "p", Policy: g.policy()}, byPlatform)
		g.give(RegisterMerchant{Profile: w.profile(), Owner: Operator{ID: "boss", Phone: Subject{Pseudonym: "ph-boss"}}}, byPlatform)
		g.give(OpenService{Agreement: "1"}, byOwner)
		g.give(CreditWallet{Money: Money{rapid.Int64Range(1, 50_000).Draw(t, "wallet"), "CNY"}}, byPlatform)
		for _, id := range agents {
			g.give(AddAgent{Agent: Operator{ID: id, Phone: Subject{Pseudonym: "ph-" + id}}}, byOwner)
			g.give(GrantPermissions{Agent: id, Permissions: allPermissions[:]}, byOwner)
			g.give(g.quota(id), byOwner)
		}
		g.give(SetSMSExemption{Max: Money{rapid.Int64Range(0, 2_000).Draw(t, "exemption"), "CNY"}}, byOwner)
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			g.step()
		}
		w.recallAll()
	})
}

var (
	agents    = []string{"amy", "bob"}
	orders    = []string{"", "O1", "O2", "O3"}
	customers = []string{"", "c1", "c2"}
	reasons   = []string{ReasonShipping, ReasonQuality}
)

// generator draws commands from worlds so small that things meet.
type generator struct {
	*world
	t     *rapid.T
	model *model
}

// step moves time and gives one command.
func (g *generator) step() {
	if rapid.IntRange(0, 2).Draw(g.t, "time moves") == 0 {
		g.now = g.now.Add(time.Duration(rapid.IntRange(0, 50*60).Draw(g.t, "minutes")) * time.Minute)
	}
	// A generator of commands stands as often as it is wanted.
	pay := g.request
	commands := []func() (Command, Actor){
		pay, pay, pay, pay, pay, g.advance, g.advance, g.advance, g.advance, g.advance, g.advance,
		g.confirm, g.outcome, g.ofPayout, g.ofPayout, g.ofAgent, g.ofMerchant,
	}
	c, by := rapid.SampledFrom(commands).Draw(g.t, "command")()
	if c != nil {
		g.give(c, by)
	}
	g.checkTimers()
	if rapid.IntRange(0, 9).Draw(g.t, "restart") == 0 {
		g.restart()
	}
}

// restart continues both merchants from a snapshot of each.
func (g *generator) restart() {
	for _, m := range []**Merchant{&g.m, &g.cold} {
		back, err := UnmarshalState(g.state(*m))
		if err != nil {
			g.t.Fatal(err)
		}
		if err := back.Check(); err != nil {
			g.t.Fatalf("after a restart: %v", err)
		}
		*m = back
	}
}

// give gives a command, follows it with the model, and gives it again.
func (g *generator) give(c Command, by Actor) {
	name := g.nextName()
	var failing []string
	var confirm string
	if r, ok := c.(RequestPayout); ok && g.m.Registered {
		if p := g.world.policy(); p != nil {
			g.model.policy = p.Policy // what the decision adopts
		}
		at := g.now
		if at.Before(g.m.At) {
			at = g.m.At
		}
		failing = g.model.failing(by, r.PayoutTerms, at)
		confirm = g.model.confirm(by, r.PayoutTerms, at, failing)
	}
	events, err := g.try(c, by, name)
	if err != nil {
		g.t.Fatalf("%s: %v", CommandName(c), err)
	}
	if _, ok := c.(RequestPayout); ok {
		g.checkAnswer(events, failing, confirm)
	}
	for _, e := range events {
		g.model.apply(e, by, g.m.At)
	}
	if err := g.model.compare(g.m); err != nil {
		g.t.Fatalf("after %s %+v: %v", CommandName(c), c, err)
	}
	g.again(c, by, name)
}

// checkAnswer compares an answer with what the model expects.
func (g *generator) checkAnswer(events []Event, failing []string, confirm string) {
	for _, e := range events {
		switch e := e.(type) {
		case PayoutRefused:
			var got []string
			for _, f := range e.Failures {
				name := f.Name
				if f.Rule == RuleServiceNotOpen || f.Rule == RulePermissionMissing {
					name = ""
				}
				got = append(got, string(f.Rule)+" "+name)
			}
			if diff := cmp.Diff(failing, got); diff != "" {
				g.t.Fatalf("refused for other rules:\n%s", diff)
			}
			if confirm != "" {
				g.t.Fatalf("refused for %v, want it confirmed by %s", got, confirm)
			}
		case PayoutRequested:
			if e.Confirm != confirm {
				g.t.Fatalf("confirmed by %s, want %q; failing %v", e.Confirm, confirm, failing)
			}
		case ApprovalRequested:
			if len(e.Excess) == 0 {
				g.t.Fatal("approval is asked for, but no excess is named")
			}
		}
	}
}

// again repeats a command under the same name. It may be refused now, but it
// must not change anything, unless it is one that is told apart by its key alone.
func (g *generator) again(c Command, by Actor, name string) {
	switch c.(type) {
	case CreditWallet, DebitWallet, RecordArrears, SetQuota, ConfirmSMS, ResendSMS:
		return
	case PublishPolicy:
		return // decided in the platform's stream, where nothing is left to add
	}
	events, _, err := g.decide(g.m, c, g.meta(by, name))
	if err != nil {
		g.t.Fatal(err)
	}
	for _, e := range events {
		switch e.(type) {
		case CommandRefused, PayoutRefused:
		default:
			g.t.Fatalf("%s again led to %T", CommandName(c), e)
		}
	}
}

// checkTimers compares Due with a look at every payout.
func (g *generator) checkTimers() {
	var want []*Payout
	next := time.Time{}
	for _, p := range g.m.Payouts {
		if !p.IsOpen() || p.State == Submitted || p.State == Unknown {
			if !p.Deadline.IsZero() {
				g.t.Fatalf("payout %s is %s and expires at %s", p.No, p.State, p.Deadline)
			}
			continue
		}
		if p.Deadline.IsZero() {
			g.t.Fatalf("payout %s is %s and never expires", p.No, p.State)
		}
		if next.IsZero() || p.Deadline.Before(next) {
			next = p.Deadline
		}
		if !p.Deadline.After(g.now) {
			want = append(want, p)
		}
	}
	slices.SortFunc(want, func(a, b *Payout) int { return a.compareDeadline(b) })
	var numbers []string
	for _, p := range want {
		numbers = append(numbers, p.No)
	}
	if got := g.m.Due(g.now, 1_000); !slices.Equal(got, numbers) {
		g.t.Fatalf("due are %v, want %v", got, numbers)
	}
	if got, _ := g.m.NextDue(); !got.Equal(next) {
		g.t.Fatalf("next is due %s, want %s", got, next)
	}
}
