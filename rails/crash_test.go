package rails_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/rails"
	"github.com/amends-ledger/amends/rails/sandbox"
)

// fuse ends a process at its n-th step towards the outside: from then on nothing
// that it does has an effect, and no answer reaches it.
type fuse struct {
	left  atomic.Int64
	blown chan struct{}
}

func newFuse(n int64) *fuse {
	f := &fuse{blown: make(chan struct{})}
	f.left.Store(n)
	return f
}

var errDead = errors.New("the process is dead")

// step is a moment at which the process may die.
func (f *fuse) step() error {
	switch n := f.left.Add(-1); {
	case n == 0:
		close(f.blown)
		return errDead
	case n < 0:
		return errDead
	}
	return nil
}

// Both may die before they act and after it.
type fusedLedger struct {
	*fuse
	l rails.Ledger
}

func (f fusedLedger) Do(ctx context.Context, r ledger.Request) (ledger.Receipt, error) {
	if err := f.step(); err != nil {
		return ledger.Receipt{}, err
	}
	receipt, err := f.l.Do(ctx, r)
	if err := f.step(); err != nil {
		return ledger.Receipt{}, err
	}
	return receipt, err
}

type fusedRail struct {
	*fuse
	rails.Rail
}

func (f fusedRail) Pay(ctx context.Context, p rails.Payment) (rails.Result, error) {
	return f.call(func() (rails.Result, error) { return f.Rail.Pay(ctx, p) })
}

func (f fusedRail) Query(ctx context.Context, reference string) (rails.Result, error) {
	return f.call(func() (rails.Result, error) { return f.Rail.Query(ctx, reference) })
}

func (f fusedRail) call(act func() (rails.Result, error)) (rails.Result, error) {
	if err := f.step(); err != nil {
		return rails.Result{}, err
	}
	r, err := act()
	if err := f.step(); err != nil {
		return rails.Result{}, err
	}
	return r, err
}

// fusedKeeper loses what a dead process saves.
type fusedKeeper struct {
	*fuse
	follow.Keeper
}

func (f fusedKeeper) Save(data []byte) error {
	if f.left.Load() <= 0 {
		return errDead
	}
	return f.Keeper.Save(data)
}

// scene is a world with payouts of all fates, and a checkpoint from before them.
type scene struct {
	*world
	before  []byte
	payouts []string
}

func newScene(t *testing.T) *scene {
	s := &scene{world: newWorld(t)}
	s.merchant("m")
	keeper := &follow.Memory{}
	o := s.options()
	o.Keeper = keeper
	_, stop := s.dispatch(o)
	s.wait("m", s.request("m", "earlier", 700), "PayoutPaid")
	stop()
	s.before, _ = keeper.Load()
	for n, faults := range [][]sandbox.Fault{
		nil, nil,
		{{Kind: sandbox.Fail}},
		{{Kind: sandbox.LosePaid}},
		{{Kind: sandbox.LoseFailed}},
		{{Kind: sandbox.LoseRequest}, {Kind: sandbox.Panic}},
	} {
		p := s.request("m", fmt.Sprint(n), int64(1+n))
		s.bank.Script(p, faults...)
		s.payouts = append(s.payouts, p)
	}
	return s
}

// live runs a process until it dies or everything is done, and says which.
func (s *scene) live(f *fuse, checkpoint []byte) (died bool, after []byte) {
	keeper := &follow.Memory{}
	if checkpoint != nil {
		keeper.Save(checkpoint)
	}
	o := s.options()
	o.Ledger, o.Rail, o.Keeper = fusedLedger{f, s.ledger}, fusedRail{f, s.bank}, fusedKeeper{f, keeper}
	o.Workers = 3
	d, stop := s.dispatch(o)
	s.eventually(func() string { return fmt.Sprintf("all done or dead: %+v", d.Stats()) }, func() bool {
		select {
		case <-f.blown:
			died = true
			return true
		default:
		}
		tail, _ := s.store.Tail(context.Background())
		return d.Stats() == follow.Stats{Position: tail}
	})
	stop()
	after, _ = keeper.Load()
	return died, after
}

// check: every payout has exactly one end, and book and wallet agree.
func (s *scene) check(what string) {
	s.t.Helper()
	for n, p := range s.payouts {
		types, _ := s.story("m", p)
		ends, submissions := 0, 0
		for _, typ := range types {
			switch typ {
			case "PayoutPaid", "PayoutFailed":
				ends++
			case "PayoutSubmitted":
				submissions++
			}
		}
		want := "PayoutPaid"
		if n == 2 || n == 4 {
			want = "PayoutFailed"
		}
		if ends != 1 || submissions != 1 || types[len(types)-1] != want {
			s.t.Fatalf("%s: payout %d: %v", what, n, types)
		}
		if strings.Contains(strings.Join(types, " "), "Refused") {
			s.t.Fatalf("%s: payout %d: a command was refused: %v", what, n, types)
		}
	}
	s.agree("m")
	if s.t.Failed() {
		s.t.Fatal(what)
	}
}

// A process that dies at any step, and the next one with the checkpoint from
// before, or with none, lose nothing and pay nothing twice.
func TestDeathAtEveryStep(t *testing.T) {
	for keep, step := range map[bool]int64{true: 1, false: 4} { // without one, only the fold is longer
		for n := int64(1); ; n += step {
			s := newScene(t)
			checkpoint := s.before
			if !keep {
				checkpoint = nil
			}
			died, _ := s.live(newFuse(n), checkpoint)
			if again, _ := s.live(newFuse(1<<40), checkpoint); again {
				t.Fatal("the second life has no fuse")
			}
			s.check(fmt.Sprintf("checkpoint kept: %v, death at step %d", keep, n))
			if !died {
				if n < 30 {
					t.Errorf("all was done in %d steps: the fuse sees too few", n)
				}
				break
			}
		}
	}
}

// Many lives, each short, each with any checkpoint of an earlier one.
func TestManyShortLives(t *testing.T) {
	for seed := range uint64(15) {
		rng := rand.New(rand.NewPCG(seed, 5))
		s := newScene(t)
		checkpoints := [][]byte{nil, s.before}
		for life := 0; ; life++ {
			if life > 200 {
				t.Fatalf("seed %d: 200 lives were not enough", seed)
			}
			died, after := s.live(newFuse(2+rng.Int64N(16)), checkpoints[rng.IntN(len(checkpoints))])
			if !died {
				break
			}
			if after != nil {
				checkpoints = append(checkpoints, after)
			}
		}
		s.check(fmt.Sprint("seed ", seed))
	}
}
