// Package ledger is the only way in: it routes a command to its stream, folds
// the stream's state, lets domain decide, appends the events durably, and answers
// with a receipt made from those events.
//
// Merchants are sharded over a few loops. A loop drains its queue, decides
// everything it found against state in memory, appends it all in one call (one
// sync for many commands), and answers only then. Nothing is answered before it
// is durable, and a command that was answered is answered the same for ever.
package ledger

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/ledger/keyindex"
)

// Clock is the wall clock; simulation has its own.
type Clock interface{ Now() time.Time }

// Codes derives the SMS code of a challenge. The code is never stored, so the
// ledger derives it again to compare.
type Codes interface {
	Code(c CodeInput) string
}

// CodeInput is all that a code is bound to: change one and the code is another.
type CodeInput struct {
	Merchant, Payout, Challenge string
	Send                        int
	Money                       domain.Money
	Customer                    string // pseudonym
	Digits                      int
}

// Cold keeps what left a merchant's memory (see domain.Merchant.Retire). It is
// derived: lost, it is filled again by the next fold.
type Cold interface {
	Put(merchant string, rev int64, items []domain.Cold) error
	Get(merchant string, key domain.ColdKey) (domain.Cold, bool, error)
}

// Options are the parts of a Ledger. All but the last five are required.
type Options struct {
	Store eventstore.Store
	Keys  *keyindex.Index
	Cold  Cold
	Codes Codes
	Clock Clock
	// FingerprintKey keys the hash of a request's content, so that the log tells
	// nothing of low-entropy values in it. 32 bytes.
	FingerprintKey []byte

	Zones          func(name string) (*time.Location, error) // default time.LoadLocation
	Loops          int                                       // default GOMAXPROCS
	QueueLength    int                                       // per loop, default DefaultQueueLength
	CachedMerchant int                                       // per loop, default DefaultCachedMerchants
	IdleRecords    int                                       // per merchant, default DefaultIdleRecords
}

const (
	// DefaultQueueLength bounds what may wait before a loop: at 100,000 commands
	// a second a full queue is 80 ms of work, after which callers are better
	// told to come back.
	DefaultQueueLength = 8_192
	// DefaultCachedMerchants bounds folded states per loop; a miss costs a fold.
	DefaultCachedMerchants = 16_384
	// DefaultIdleRecords bounds the closed payouts, and the orders and customers
	// without an open one, that a merchant keeps in memory: about 10 MB. The rest
	// waits in Cold.
	DefaultIdleRecords = 65_536
	// maxBatch bounds one append, so that the first caller of a full queue does
	// not wait for the last one's decision.
	maxBatch = 4_096
	// maxTries bounds deciding again after another writer was first.
	maxTries = 8
	// appendTimeout bounds one append. A disk that takes longer is broken.
	appendTimeout = 60 * time.Second
	// queueWait is how long a caller waits for a place in a full queue.
	queueWait = 2 * time.Second
)

// Ledger takes commands. Its methods may be called concurrently.
type Ledger struct {
	o        Options
	loops    []*loop
	policies atomic.Pointer[map[string]*domain.PolicyPublished]
	appended atomic.Int64 // events appended since Open
	zones    sync.Map     // name → *time.Location

	closing  chan struct{}
	closed   sync.Once
	drained  sync.WaitGroup
	inFlight sync.RWMutex // held for reading while a task is handed to a loop
}

// Open brings the key index up to the store's tail, folds the platform's
// policies and starts the loops.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	if o.Zones == nil {
		o.Zones = time.LoadLocation
	}
	if o.Loops <= 0 {
		o.Loops = runtime.GOMAXPROCS(0)
	}
	if o.QueueLength <= 0 {
		o.QueueLength = DefaultQueueLength
	}
	if o.CachedMerchant <= 0 {
		o.CachedMerchant = DefaultCachedMerchants
	}
	if o.IdleRecords <= 0 {
		o.IdleRecords = DefaultIdleRecords
	}
	l := &Ledger{o: o, closing: make(chan struct{})}
	if err := l.replayKeys(ctx); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	platform, err := l.fold(ctx, domain.PlatformStream, "")
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	l.adopt(platform)
	for range o.Loops {
		lp := newLoop(l)
		l.loops = append(l.loops, lp)
		l.drained.Go(lp.run)
	}
	return l, nil
}

// Close answers what was accepted, then stops the loops. It closes neither the
// store nor the key index: who opened them closes them, after the ledger.
func (l *Ledger) Close() error {
	l.closed.Do(func() {
		close(l.closing)
		l.inFlight.Lock() // no caller is between its check of closing and its place in a queue
		for _, lp := range l.loops {
			close(lp.queue)
		}
		l.inFlight.Unlock()
	})
	l.drained.Wait()
	return nil
}

// Appended is the number of events that this ledger appended since Open.
func (l *Ledger) Appended() int64 { return l.appended.Load() }

// replayKeys reads the log behind the key index's position. A crash loses only
// what the index had in memory; it comes back here.
func (l *Ledger) replayKeys(ctx context.Context) error {
	tail, err := l.o.Store.Tail(ctx)
	if err != nil {
		return fmt.Errorf("replay idempotency keys: %w", err)
	}
	if l.o.Keys.Position() > tail { // the index of another log, or of one that was longer
		if err := l.o.Keys.Reset(); err != nil {
			return fmt.Errorf("replay idempotency keys: %w", err)
		}
	}
	for rec, err := range l.o.Store.ReadAll(ctx, l.o.Keys.Position(), eventstore.Filter{}, 0) {
		if err != nil {
			return fmt.Errorf("replay idempotency keys: %w", err)
		}
		var entries []keyindex.Entry
		if domain.FirstOfCommand(rec.Meta) {
			entries = []keyindex.Entry{{ID: rec.ID, Revision: rec.Revision}}
		}
		if err := l.o.Keys.Add(entries, rec.Position); err != nil {
			return fmt.Errorf("replay idempotency keys: %w", err)
		}
	}
	return nil
}

// adopt makes the platform's policies visible to every loop's next decision.
func (l *Ledger) adopt(platform *domain.Merchant) {
	latest := make(map[string]*domain.PolicyPublished, len(platform.Policies))
	for name, p := range maps.All(platform.Policies) {
		latest[name] = &p
	}
	l.policies.Store(&latest)
}

func (l *Ledger) policy(name string) *domain.PolicyPublished { return (*l.policies.Load())[name] }

// idSpace is the UUID namespace of command ids.
var idSpace = uuid.MustParse("b7f0c2f4-93a5-4a0e-8d43-6f1f4a0c9e11")
