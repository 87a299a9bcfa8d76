package rails

import (
	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
)

var (
	typeAuthorized = domain.TypeName(domain.PayoutAuthorized{})
	typeHeldBack   = domain.TypeName(domain.PayoutHeldBack{})
	typeSubmitted  = domain.TypeName(domain.PayoutSubmitted{})
	typePaid       = domain.TypeName(domain.PayoutPaid{})
	typeFailed     = domain.TypeName(domain.PayoutFailed{})
	typeCancelled  = domain.TypeName(domain.PayoutCancelled{})
	typeExpired    = domain.TypeName(domain.PayoutExpired{})
	typeCleared    = domain.TypeName(domain.ArrearsCleared{})
	typeResumed    = domain.TypeName(domain.ServiceResumed{})

	// followed are the types that Read knows.
	followed = []string{
		typeAuthorized, typeHeldBack, typeSubmitted, typePaid, typeFailed, typeCancelled, typeExpired, typeCleared, typeResumed,
	}
)

// Read implements follow.Handler: the open work of a payout is its last event
// that calls for something. PayoutOutcomeUnknown changes nothing: the submission
// stays open, and is what the rail is asked about.
func (d *Dispatcher) Read(e *eventstore.Recorded) (follow.Change, error) {
	var op follow.Op
	switch e.Type {
	case typeAuthorized, typeSubmitted:
		op = follow.Open
	case typeHeldBack:
		op = follow.Park
	case typePaid, typeFailed, typeCancelled, typeExpired:
		op = follow.Close
	case typeCleared, typeResumed:
		return follow.Change{Op: follow.Release}, nil
	default:
		return follow.Change{}, nil
	}
	payout, err := domain.PayoutOf(e.Data)
	return follow.Change{Op: op, Key: payout}, err
}
