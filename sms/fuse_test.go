package sms_test

import (
	"context"
	"errors"
	"github.com/amends-ledger/amends/domain"
	"sync/atomic"

	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/sms"
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
	l sms.Ledger
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

func (f fusedLedger) View(ctx context.Context, merchant string, look func(*domain.Merchant)) error {
	return f.l.View(ctx, merchant, look)
}

type fusedSender struct {
	*fuse
	sms.Sender
}

func (f fusedSender) Send(ctx context.Context, m sms.Message) (string, error) {
	if err := f.step(); err != nil {
		return "", err
	}
	id, err := f.Sender.Send(ctx, m)
	if err := f.step(); err != nil {
		return "", err
	}
	return id, err
}
