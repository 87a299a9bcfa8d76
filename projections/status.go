package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/amends-ledger/amends/eventstore"
)

// State is what a view is doing.
type State string

const (
	Live       State = "live"        // follows the tail
	CatchingUp State = "catching up" // applies history
	Stopped    State = "stopped"     // met an event that it can't apply
	Idle       State = "idle"        // no runner is at work on it here
)

// Status tells where a view is.
type Status struct {
	View       string
	Version    int
	Generation int64
	State      State
	Position   eventstore.Position // of the last event in the rows
	Tail       eventstore.Position // of the last event in the log
	Behind     time.Duration       // since the last event in the rows was recorded; 0 at the tail
	Rate       float64             // events per second that the runner applied lately
	Rebuilt    eventstore.Position // how far a rebuild beside it is; 0 if there is none
	Why        string              // a view that stopped: at which event and why; else the last fault
}

// Lag is how far the view is from the tail, in positions: at most so many events.
func (s Status) Lag() uint64 {
	if s.Position >= s.Tail {
		return 0
	}
	return uint64(s.Tail - s.Position)
}

// Status tells where each view is, in the order given to NewRunner.
func (r *Runner) Status(ctx context.Context) ([]Status, error) {
	tail, err := r.store.Tail(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the log's tail: %w", err)
	}
	r.applying.Lock()
	joined := map[*track]bool{}
	for _, t := range r.joined {
		joined[t] = true
	}
	r.applying.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	var out []Status
	for _, v := range r.views {
		s := Status{View: v.Name, Version: v.Version, State: Idle, Tail: tail, Rate: r.rate.at(now)}
		if t := r.tracks[v.Name]; t != nil {
			s.describe(t.generation, now)
			switch {
			case s.State == Stopped:
			case joined[t]:
				s.State = Live
			default:
				s.State = CatchingUp
			}
		}
		if b := r.builds[v.Name]; b != nil {
			s.Rebuilt = b.generation.position
		}
		if r.failure != nil && s.Why == "" {
			s.State, s.Why = Idle, r.failure.Error()
		}
		out = append(out, s)
	}
	return out, nil
}

func (s *Status) describe(g *generation, now time.Time) {
	s.Generation, s.Position, s.Version = g.number, g.position, int(g.version)
	if g.position < s.Tail && g.recordedAt != 0 {
		s.Behind = max(0, now.Sub(g.recordedAt.Time()))
	}
	if g.stopped != "" {
		s.State, s.Why = Stopped, g.stopped
	}
}

// rateWindow is the time over which Status.Rate is taken.
const rateWindow = 10 * time.Second

// rate counts events in two halves of the window.
type rate struct {
	since        time.Time
	before, here int
}

func (r *rate) add(n int, now time.Time) {
	r.turn(now)
	r.here += n
}

func (r *rate) turn(now time.Time) {
	switch age := now.Sub(r.since); {
	case age > rateWindow:
		*r = rate{since: now}
	case age > rateWindow/2:
		*r = rate{since: r.since.Add(rateWindow / 2), before: r.here}
	}
}

func (r *rate) at(now time.Time) float64 {
	r.turn(now)
	span := now.Sub(r.since)
	if r.before > 0 {
		span += rateWindow / 2
	}
	if span < 50*time.Millisecond { // too short to tell anything
		return 0
	}
	return float64(r.before+r.here) / span.Seconds()
}
