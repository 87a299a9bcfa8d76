package ledger

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// task is one command on its way through a loop.
type task struct {
	merchant string // as the request named it
	stream   string
	command  domain.Command // nil: only look
	meta     domain.Meta
	dry      bool // decide only
	unrouted bool // the merchant is not known; refuse it in this stream
	tries    int
	look     func(*domain.Merchant) // of a View; must not keep or change the state
	done     chan Result            // holds one; never blocks the loop

	decided decision
}

func (t *task) name() string {
	if t.command == nil {
		return "look at " + t.stream
	}
	return domain.CommandName(t.command) + " for " + t.stream
}

// loop owns the states of the streams that hash to it. Only its own goroutine
// touches them.
type loop struct {
	l      *Ledger
	queue  chan *task
	states map[string]*list.Element // stream → *state, in order of use
	used   *list.List
	round  round
}

func newLoop(l *Ledger) *loop {
	return &loop{
		l:      l,
		queue:  make(chan *task, l.o.QueueLength),
		states: make(map[string]*list.Element),
		used:   list.New(),
		round:  round{pending: make(map[uuid.UUID]*task)},
	}
}

// run works until the queue is closed and empty.
func (lp *loop) run() {
	for t := range lp.queue {
		// Callers that were just answered are about to ask again: let them, so
		// that they share this round's sync instead of waiting for the next.
		for range 3 {
			runtime.Gosched()
		}
		batch := append(lp.round.batch[:0], t)
		for len(batch) < maxBatch {
			select {
			case t, ok := <-lp.queue:
				if !ok {
					lp.work(batch)
					return
				}
				batch = append(batch, t)
				continue
			default:
			}
			break
		}
		lp.work(batch)
		lp.round.batch = batch
	}
}

// work decides a batch, and those of it again whose stream another writer
// moved on meanwhile.
func (lp *loop) work(batch []*task) {
	ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
	defer cancel()
	for len(batch) > 0 {
		lp.decide(ctx, batch)
		batch = lp.commit(ctx)
	}
	lp.trim()
}

// decide takes each task against the state in memory, as if all before it in the
// batch were already stored. If the append then fails, the states are thrown away.
func (lp *loop) decide(ctx context.Context, batch []*task) {
	lp.round.reset()
	lp.round.ready = lp.l.o.Keys.Ready()
	for _, t := range batch {
		if err := lp.decideOne(ctx, t); err != nil {
			t.done <- Result{Err: err}
		}
	}
}

func (lp *loop) decideOne(ctx context.Context, t *task) error {
	if first, ok := lp.round.pending[t.meta.ID]; ok && !t.dry {
		lp.round.followers = append(lp.round.followers, follower{t, first})
		return nil
	}
	st, err := lp.state(ctx, t.stream)
	if err != nil {
		return err
	}
	if t.command == nil {
		lp.round.idle = append(lp.round.idle, t)
		t.decided = decision{st: st}
		return nil
	}
	if !t.dry {
		if done, err := lp.l.repeat(ctx, t); done || err != nil {
			return err
		}
		if !st.m.Registered && !t.unrouted && t.merchant != "" && !opensStream(t.command) {
			return errUnknownMerchant
		}
	}
	return lp.decideNew(st, t)
}

// errUnknownMerchant sends a command to the unrouted stream.
var errUnknownMerchant = errors.New("merchant is not registered")

// opensStream tells the commands that a stream without a merchant may be given.
func opensStream(c domain.Command) bool {
	switch c.(type) {
	case domain.RegisterMerchant, domain.CountPhoneSend:
		return true
	}
	return false
}

func (lp *loop) decideNew(st *state, t *task) error {
	if _, ok := t.command.(domain.RequestPayout); ok && !t.dry && lp.round.ready != nil {
		return fmt.Errorf("%w: %w", ErrBusy, lp.round.ready) // outcomes are still recorded
	}
	m := st.m
	if t.unrouted { // decide on a merchant that is not there, under the name that was given
		m = domain.NewMerchant(t.merchant)
		m.Rev, m.At = st.m.Rev, st.m.At
	}
	if err := lp.l.recall(m, t.command); err != nil {
		return err
	}
	meta := t.meta
	meta.Zone = st.zone
	events, meta, err := domain.Decide(m, t.command, meta, lp.l.policy(m.Profile.Policy))
	if err != nil {
		if isInvalid(err) {
			return err
		}
		return fmt.Errorf("decide %s: %w", t.name(), err)
	}
	t.decided = decision{st: st, meta: meta, events: events, first: st.m.Rev + 1}
	if t.dry || len(events) == 0 {
		lp.round.idle = append(lp.round.idle, t)
		return nil
	}
	return lp.round.add(t)
}

// decision is what a task led to, before it is stored.
type decision struct {
	st     *state
	meta   domain.Meta
	events []domain.Event
	first  int64 // revision of the first event
}

// follower is a task with the id of another one in the same round: the same key,
// asked twice at once. It gets the first one's answer.
type follower struct{ t, first *task }

// round is the working memory of one append, kept from round to round.
type round struct {
	batch     []*task
	tasks     []*task // with a write each
	idle      []*task // nothing to write, but what they saw must be durable first
	writes    []eventstore.Write
	pending   map[uuid.UUID]*task
	ready     error // why new payouts can't be taken now
	followers []follower
}

func (r *round) reset() {
	clear(r.pending)
	clear(r.tasks)
	clear(r.writes)
	clear(r.idle)
	clear(r.followers)
	r.tasks, r.writes, r.idle, r.followers = r.tasks[:0], r.writes[:0], r.idle[:0], r.followers[:0]
}

// add encodes t's events as the next write of its stream and folds them into the
// state, where the next task of the stream finds them.
func (r *round) add(t *task) error {
	d := &t.decided
	events := make([]eventstore.Event, len(d.events))
	for n, e := range d.events {
		s, err := domain.Encode(e, d.meta, n, len(d.events))
		if err != nil {
			return err
		}
		events[n] = eventstore.Event{
			ID: d.meta.EventID(n), Type: s.Type, Version: s.Version,
			RecordedAt: d.meta.RecordedAt, Data: s.Data, Meta: s.Meta,
		}
	}
	r.tasks = append(r.tasks, t)
	r.pending[t.meta.ID] = t
	r.writes = append(r.writes, eventstore.Write{Stream: t.stream, Expect: eventstore.At(d.first - 1), Events: events})
	for n, e := range d.events {
		domain.Apply(d.st.m, e, d.meta, d.first+int64(n))
	}
	return nil
}
