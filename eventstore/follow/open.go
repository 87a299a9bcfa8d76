package follow

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
)

type state uint8

const (
	ready   state = iota // in the queue of the workers, or about to be
	running              // a worker has it
	waiting              // its timer puts it into the queue
	parked               // waits for a Release
)

// item is the work under one key.
type item struct {
	key, tag string
	stream   string
	revision int64 // of the event that calls for the work
	position eventstore.Position
	next     int64                // revision of a Release that came while it was not parked; 0: none
	event    *eventstore.Recorded // nil: read it back first
	memo     any
	fresh    bool
	attempt  int

	state state
	timer *time.Timer // while waiting
	// What the log said while a worker had the item: it counts when the worker
	// is done, which then has an answer to an older event.
	changed, parkNext, closed bool
}

// openSet is the fold: all open work, by key. Its methods need the follower's
// lock and do not block.
type openSet struct {
	items map[string]*item
	idle  int // items that are parked
	queue []*item
	live  bool // the log was read to its end once: work may be done
}

// active counts the work that MaxOpen bounds.
func (s *openSet) active() int { return len(s.items) - s.idle }

// apply folds one event.
func (s *openSet) apply(e *eventstore.Recorded, c Change) {
	switch c.Op {
	case Open:
		s.open(e, c)
	case Park:
		s.park(e, c)
	case Close:
		if it := s.items[c.Key]; it != nil && (c.Tag == "" || c.Tag == it.tag) {
			s.close(it)
		}
	case Release:
		s.release(e)
	}
}

func (s *openSet) open(e *eventstore.Recorded, c Change) {
	it := s.items[c.Key]
	if it == nil {
		it = &item{key: c.Key, state: parked}
		s.items[c.Key] = it
		s.idle++
	}
	it.tag, it.next, it.attempt, it.fresh = c.Tag, 0, 0, s.live
	it.callFor(e)
	if s.live { // while the log is folded most work is over soon: keep pointers only
		it.event, it.memo = clone(e), c.Memo
	}
	it.closed, it.parkNext = false, false
	s.start(it)
}

func (it *item) callFor(e *eventstore.Recorded) {
	it.stream, it.revision, it.position = e.Stream, e.Revision, e.Position
	it.event, it.memo = nil, nil
}

// start queues it, unless a worker has it: then it runs again afterwards.
func (s *openSet) start(it *item) {
	switch it.state {
	case running:
		it.changed = true
		return
	case ready:
		return
	case parked:
		s.idle--
	case waiting:
		it.timer.Stop()
		it.timer = nil
	}
	it.state = ready
	if s.live {
		s.queue = append(s.queue, it)
	}
}

func (s *openSet) park(e *eventstore.Recorded, c Change) {
	it := s.items[c.Key]
	if it == nil {
		it = &item{key: c.Key, state: ready}
		s.items[c.Key] = it
	}
	it.tag, it.next, it.attempt = c.Tag, 0, 0
	it.callFor(e)
	if it.state == running {
		it.changed, it.parkNext, it.closed = true, true, false
		return
	}
	s.aside(it)
}

func (s *openSet) aside(it *item) {
	if it.timer != nil {
		it.timer.Stop()
		it.timer = nil
	}
	if it.state != parked {
		s.idle++
	}
	it.state, it.event, it.memo, it.attempt = parked, nil, nil, 0
}

func (s *openSet) close(it *item) {
	if it.state == running {
		it.changed, it.closed = true, true
		return
	}
	if it.timer != nil {
		it.timer.Stop()
	}
	if it.state == parked {
		s.idle--
	}
	it.closed = true // should it be in the queue, a worker passes over it
	delete(s.items, it.key)
}

// release opens parked work of e's stream. Work of that stream that is not parked
// keeps e in mind, should it come out that it must be put aside.
func (s *openSet) release(e *eventstore.Recorded) {
	var released []*item
	for _, it := range s.items {
		switch {
		case it.stream != e.Stream:
		case it.state == parked || it.state == running && it.parkNext:
			released = append(released, it)
		default:
			it.next = e.Revision
		}
	}
	slices.SortFunc(released, byPosition)
	for _, it := range released {
		it.callFor(e)
		it.next, it.fresh, it.parkNext = 0, s.live, false
		s.start(it)
	}
}

// begin takes the next piece of work, or nil.
func (s *openSet) begin() *item {
	for len(s.queue) > 0 {
		it := s.queue[0]
		s.queue[0] = nil
		s.queue = s.queue[1:]
		if it.closed || it.state != ready {
			continue // ended or put aside by the log while it waited for a worker
		}
		it.state, it.changed = running, false
		return it
	}
	return nil
}

// end puts away an item after a worker's answer; retry runs when it is due again.
func (s *openSet) end(it *item, a Answer, retry func(*item)) {
	switch {
	case it.closed:
		s.drop(it)
	case it.parkNext:
		it.changed, it.parkNext = false, false
		s.aside(it)
	case it.changed:
		s.again(it)
	case a.Outcome == Aside && it.next > 0:
		it.revision, it.next, it.attempt, it.event, it.memo = it.next, 0, 0, nil, nil
		s.again(it)
	case a.Outcome == Aside:
		s.aside(it)
	case a.Outcome == Again:
		it.attempt++
		it.state = waiting
		it.timer = time.AfterFunc(a.After, func() { retry(it) })
	default:
		s.drop(it)
	}
}

func (s *openSet) drop(it *item) {
	it.closed = true
	delete(s.items, it.key)
}

func (s *openSet) again(it *item) {
	it.state = ready
	s.queue = append(s.queue, it)
}

// goLive queues what the fold left open, oldest first.
func (s *openSet) goLive() {
	s.live = true
	for _, it := range s.items {
		if it.state == ready {
			s.queue = append(s.queue, it)
		}
	}
	slices.SortFunc(s.queue, byPosition)
}

func byPosition(a, b *item) int {
	return cmp.Or(cmp.Compare(a.position, b.position), cmp.Compare(a.key, b.key))
}

func clone(e *eventstore.Recorded) *eventstore.Recorded {
	c := *e
	c.Data, c.Meta = bytes.Clone(e.Data), bytes.Clone(e.Meta)
	return &c
}

// pointer is open work as the checkpoint has it.
type pointer struct {
	Key      string              `json:"key"`
	Tag      string              `json:"tag,omitempty"`
	Stream   string              `json:"stream"`
	Revision int64               `json:"revision"`
	Position eventstore.Position `json:"position"`
	Next     int64               `json:"next,omitempty"`
	Parked   bool                `json:"parked,omitempty"`
}

// lastEvent names the last event that was folded, so that a checkpoint is not
// used with another log.
type lastEvent struct {
	Stream   string    `json:"stream"`
	Revision int64     `json:"revision"`
	ID       uuid.UUID `json:"id"`
}

func (s *openSet) pointers() []pointer {
	ps := make([]pointer, 0, len(s.items))
	for _, it := range s.items {
		ps = append(ps, pointer{
			Key: it.key, Tag: it.tag, Stream: it.stream, Revision: it.revision, Position: it.position,
			Next: it.next, Parked: it.state == parked || it.parkNext,
		})
	}
	slices.SortFunc(ps, func(a, b pointer) int { return cmp.Compare(a.Key, b.Key) })
	return ps
}

func newOpenSet(ps []pointer) *openSet {
	s := &openSet{items: make(map[string]*item, len(ps))}
	for _, p := range ps {
		it := &item{key: p.Key, tag: p.Tag, stream: p.Stream, revision: p.Revision, position: p.Position, next: p.Next}
		if p.Parked {
			it.state = parked
			s.idle++
		}
		s.items[p.Key] = it
	}
	return s
}
