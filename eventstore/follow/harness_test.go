package follow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/internal/vfs"
)

// Types of the tests' events. The data is the key.
const (
	asked    = "Asked"    // opens work
	answered = "Answered" // ends it
	held     = "Held"     // puts it aside
	freed    = "Freed"    // releases its stream
	other    = "Other"
)

func newStore(t *testing.T) eventstore.Store {
	t.Helper()
	store, err := segment.Open(context.Background(), segment.Options{Dir: "/log", FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// add appends one event; it may be called from any goroutine.
func add(t *testing.T, store eventstore.Store, stream, typ, key string) {
	t.Helper()
	if err := tryAdd(store, stream, typ, key); err != nil {
		t.Error(err)
	}
}

func tryAdd(store eventstore.Store, stream, typ, key string) error {
	_, err := store.Append(context.Background(), eventstore.Write{
		Stream: stream, Expect: eventstore.Expect{Kind: eventstore.Any},
		Events: []eventstore.Event{{
			ID: uuid.New(), Type: typ, Version: 1, RecordedAt: time.Unix(1, 0), Data: []byte(key), Meta: []byte("{}"),
		}},
	})
	return err
}

// desk is a Handler that reads the tests' events and notes what it is given.
type desk struct {
	act func(ctx context.Context, w Work) (Answer, error)

	mu    sync.Mutex
	works []Work
	busy  map[string]int // keys that are worked on
	twice string         // a key that was worked on twice at a time
	seen  chan struct{}  // one for each Handle that returned
}

func newDesk(act func(ctx context.Context, w Work) (Answer, error)) *desk {
	return &desk{act: act, busy: map[string]int{}, seen: make(chan struct{}, 100_000)}
}

func read(e *eventstore.Recorded) (Change, error) {
	c := Change{Key: string(e.Data)}
	switch e.Type {
	case asked:
		c.Op, c.Memo = Open, "memo of "+c.Key
	case answered:
		c.Op = Close
	case held:
		c.Op = Park
	case freed:
		c.Op = Release
	case "Poison":
		return c, errors.New("not an event that can be read")
	}
	return c, nil
}

func (d *desk) Read(e *eventstore.Recorded) (Change, error) { return read(e) }

func (d *desk) Handle(ctx context.Context, w Work) (Answer, error) {
	d.mu.Lock()
	d.works = append(d.works, w)
	if d.busy[w.Key]++; d.busy[w.Key] > 1 {
		d.twice = w.Key
	}
	d.mu.Unlock()
	a, err := d.act(ctx, w)
	d.mu.Lock()
	d.busy[w.Key]--
	d.mu.Unlock()
	d.seen <- struct{}{}
	return a, err
}

func (d *desk) wait(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		select {
		case <-d.seen:
		case <-time.After(20 * time.Second):
			t.Fatalf("only %d of %d pieces of work were done", i, n)
		}
	}
}

// list tells what was handled, in order: type/key/fresh/attempt.
func (d *desk) list() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for _, w := range d.works {
		all = append(all, fmt.Sprintf("%s/%s/%v/%d", w.Event.Type, w.Key, w.Fresh, w.Attempt))
	}
	return all
}

func done(context.Context, Work) (Answer, error) { return Answer{}, nil }

// start runs a follower; stop ends it and gives its error.
func start(t *testing.T, o Options, h Handler) (f *Follower, stop func() error) {
	t.Helper()
	if o.Keeper == nil {
		o.Keeper = &Memory{}
	}
	o.Name = "test"
	f = New(o, h)
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- f.Run(ctx) }()
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() {
			cancel()
			err = <-result
		})
		return err
	}
	t.Cleanup(func() { stop() })
	return f, stop
}

// eventually waits for a state that nothing tells of.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
	}
}
