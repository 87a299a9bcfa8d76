package rails

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
)

var (
	typeAuthorized = name(domain.PayoutAuthorized{})
	typeHeldBack   = name(domain.PayoutHeldBack{})
	typeSubmitted  = name(domain.PayoutSubmitted{})
	typePaid       = name(domain.PayoutPaid{})
	typeFailed     = name(domain.PayoutFailed{})
	typeCancelled  = name(domain.PayoutCancelled{})
	typeExpired    = name(domain.PayoutExpired{})
	typeCleared    = name(domain.ArrearsCleared{})
	typeResumed    = name(domain.ServiceResumed{})

	// followed are the types that Read knows.
	followed = []string{
		typeAuthorized, typeHeldBack, typeSubmitted, typePaid, typeFailed, typeCancelled, typeExpired, typeCleared, typeResumed,
	}
)

func name(e domain.Event) string {
	name, _ := domain.EventName(e)
	return name
}

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
	payout, err := payoutOf(e.Data)
	return follow.Change{Op: op, Key: payout}, err
}

// payoutOf is the payout that an event is about. The names of members keep their
// meaning for ever, so this reads later versions of an event as well; and it is
// the first member of all of them, so mostly nothing has to be decoded. The rest
// is decoded in Handle, by many workers, and not by the one that reads.
func payoutOf(data []byte) (string, error) {
	if rest, ok := bytes.CutPrefix(data, []byte(`{"payout_no":"`)); ok {
		if end := bytes.IndexByte(rest, '"'); end > 0 && bytes.IndexByte(rest[:end], '\\') < 0 {
			return string(rest[:end]), nil
		}
	}
	var v struct {
		Payout string `json:"payout_no"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return "", err
	}
	if v.Payout == "" {
		return "", errors.New("it names no payout")
	}
	return v.Payout, nil
}
