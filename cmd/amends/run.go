package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/amends-ledger/amends/backfill"
	"github.com/amends-ledger/amends/eventstore/follow"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/internal/clock"
	"github.com/amends-ledger/amends/internal/vfs"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/ledger/coldstore"
	"github.com/amends-ledger/amends/ledger/keyindex"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/quota"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/projections/wallet"
	"github.com/amends-ledger/amends/rails"
	"github.com/amends-ledger/amends/rails/sandbox"
	"github.com/amends-ledger/amends/sms"
	"github.com/amends-ledger/amends/sms/inbox"
	"github.com/amends-ledger/amends/vault"
)

// views are the read models, all of them.
func views() []*projections.View {
	return []*projections.View{wallet.View(), quota.View(), records.View()}
}

// machine is a ledger at work: this file lists what the product is made of, and
// in which order it starts. It ends in the opposite order.
type machine struct {
	store  *segment.Log
	ledger *ledger.Ledger
	vault  *vault.Vault
	inbox  *inbox.Inbox
	bank   *sandbox.Bank
	db     *projections.DB
	runner *projections.Runner

	closing closers
	failed  chan struct{} // closed when a part has ended by itself
	failure error
	once    sync.Once
}

// opener opens a machine somewhere.
type opener func(context.Context) (*machine, error)

// place is where the parts of a machine keep their things.
type place struct {
	log     segment.Options
	keys    keyindex.Options
	secrets func(logIsEmpty bool) (secrets, error)
	cold    string // file; "" is memory
	vault   func(key []byte) (*vault.Vault, error)
	bank    func() (*sandbox.Bank, error)
	views   func() (*projections.DB, error)
	cursor  func(name string) follow.Keeper
	clock   clock.Clock // nil: the machine's
	noRail  bool        // tests: as if the process died before the payout dispatcher did anything
}

// openHome opens the ledger in the home folder, or begins one there.
func (a *app) openHome(ctx context.Context) (*machine, error) {
	folder, err := a.homeFolder()
	if err != nil {
		return nil, err
	}
	h := home(folder)
	for _, dir := range []string{string(h), h.cursors(), h.sandbox()} { // nobody else's business
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	return openMachine(ctx, place{
		log:     segment.Options{Dir: h.log()},
		secrets: h.loadSecrets,
		keys:    keyindex.Options{FS: vfs.OS, Dir: h.keys()},
		cold:    h.cold(),
		vault:   func(key []byte) (*vault.Vault, error) { return vault.Open(h.vault(), key, nil) },
		bank:    func() (*sandbox.Bank, error) { return sandbox.Open(filepath.Join(h.sandbox(), "book.db")) },
		views:   func() (*projections.DB, error) { return projections.OpenSQLite(h.views(), projections.Options{}) },
		cursor:  func(name string) follow.Keeper { return follow.File(filepath.Join(h.cursors(), name+".cursor")) },
		clock:   a.clock,
		noRail:  a.noRail,
	})
}

// openMemory opens a ledger that lives as long as the process: the same parts, and
// nothing on any disk.
func openMemory(ctx context.Context) (*machine, error) {
	fs := vfs.NewMem()
	return openMachine(ctx, place{
		log:     segment.Options{Dir: "/log", FS: fs},
		keys:    keyindex.Options{Dir: "/keys", FS: fs},
		secrets: func(bool) (secrets, error) { return newSecrets(), nil },
		vault:   func(key []byte) (*vault.Vault, error) { return vault.OpenMemory(key, nil) },
		bank:    sandbox.OpenMemory,
		views:   func() (*projections.DB, error) { return projections.OpenMemory(projections.Options{}) },
		cursor:  func(string) follow.Keeper { return &follow.Memory{} },
	})
}

// openMachine starts all parts. The log comes first, since its lock keeps other
// processes out of everything else.
func openMachine(ctx context.Context, p place) (_ *machine, err error) {
	m := &machine{failed: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.close())
		}
	}()
	if m.store, err = segment.Open(ctx, p.log); err != nil {
		return nil, err
	}
	m.closing.add("log", m.store.Close)
	tail, err := m.store.Tail(ctx)
	if err != nil {
		return nil, err
	}
	s, err := p.secrets(tail == 0)
	if err != nil {
		return nil, err
	}
	if m.vault, err = p.vault(s.Vault); err != nil {
		return nil, err
	}
	m.closing.add("vault", m.vault.Close)
	codes, err := sms.NewCodes(s.SMS)
	if err != nil {
		return nil, err
	}
	if err := m.openLedger(ctx, p, s.Fingerprint, codes); err != nil {
		return nil, err
	}
	if m.bank, err = p.bank(); err != nil {
		return nil, err
	}
	m.closing.add("sandbox book", m.bank.Close)
	if m.db, err = p.views(); err != nil {
		return nil, err
	}
	m.closing.add("views", m.db.Close)
	if m.runner, err = projections.NewRunner(m.store, m.db, views(), projections.RunnerOptions{Gather: gather}); err != nil {
		return nil, err
	}
	m.inbox = inbox.New(sms.Codebook{Store: m.store, Codes: codes}, 0)
	m.start("views", m.runner.Run)
	m.start("SMS dispatcher", sms.NewDispatcher(sms.Options{
		Ledger: m.ledger, Store: m.store, Keeper: p.cursor("sms"), Sender: m.inbox, Codes: codes, Phones: m.vault, Log: slog.Default(),
	}).Run)
	if p.noRail {
		return m, nil
	}
	m.start("payout dispatcher", rails.NewDispatcher(rails.Options{
		Ledger: m.ledger, Store: m.store, Keeper: p.cursor("rails"), Rail: m.bank, Log: slog.Default(),
	}).Run)
	return m, nil
}

func (m *machine) openLedger(ctx context.Context, p place, fingerprint []byte, codes *sms.Codes) error {
	keys, err := keyindex.Open(p.keys)
	if err != nil {
		return err
	}
	m.closing.add("key index", keys.Close)
	cold, err := coldstore.Open(p.cold)
	if err != nil {
		return err
	}
	m.closing.add("cold store", cold.Close)
	if p.clock == nil {
		p.clock = clock.Real{}
	}
	if m.ledger, err = ledger.Open(ctx, ledger.Options{
		Store: m.store, Keys: keys, Cold: coldRecords{cold}, Codes: codes, Clock: p.clock, FingerprintKey: fingerprint,
	}); err != nil {
		return err
	}
	m.closing.add("ledger", m.ledger.Close)
	return nil
}

// start runs a part until the machine closes. A part that ends before that takes
// the machine with it: the log can't be followed any more.
func (m *machine) start(name string, run func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := run(ctx)
		if ctx.Err() == nil {
			m.once.Do(func() {
				m.failure = fmt.Errorf("%s ended: %w", name, err)
				close(m.failed)
			})
		}
	}()
	m.closing.add(name, func() error {
		stop()
		<-ended
		return nil
	})
}

// bound ends ctx when a part of the machine has failed, with that as its cause.
func (m *machine) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-m.failed:
			cancel(m.failure)
		case <-m.store.Failed():
			cancel(m.store.Err())
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

func (m *machine) close() error { return m.closing.close() }

// parts are what a backfill needs of the machine.
func (m *machine) parts(progress func(int)) backfill.Parts {
	return backfill.Parts{
		Store: m.store, Ledger: m.ledger, Subjects: m.vault, Inbox: m.inbox, Books: books{m}, Progress: progress,
	}
}

// gather is how long the views may be behind while events pour in: rows that
// change several times in it are written once, which is a third of the work of a
// backfill. Who waits for the views does not wait that long.
const gather = 250 * time.Millisecond

// closeTimeout bounds the end of each part: a dispatcher lets work under way
// finish for five seconds.
const closeTimeout = 30 * time.Second

// closers end parts in the opposite order of their start.
type closers struct{ parts []closer }

type closer struct {
	name string
	fn   func() error
}

func (c *closers) add(name string, fn func() error) { c.parts = append(c.parts, closer{name, fn}) }

func (c *closers) close() error {
	var all error
	for i := len(c.parts) - 1; i >= 0; i-- {
		p, ended := c.parts[i], make(chan error, 1)
		go func() { ended <- p.fn() }()
		timer := time.NewTimer(closeTimeout)
		select {
		case err := <-ended:
			if err != nil {
				all = errors.Join(all, fmt.Errorf("close %s: %w", p.name, err))
			}
		case <-timer.C:
			all = errors.Join(all, fmt.Errorf("close %s: it takes longer than %v", p.name, closeTimeout))
		}
		timer.Stop()
	}
	c.parts = nil
	return all
}
