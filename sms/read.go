package sms

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/follow"
)

var (
	typeAdopted    = domain.TypeName(domain.PolicyAdopted{})
	typeRequested  = domain.TypeName(domain.PayoutRequested{})
	typeIssued     = domain.TypeName(domain.SMSChallengeIssued{})
	typeSent       = domain.TypeName(domain.SMSSent{})
	typeSendFailed = domain.TypeName(domain.SMSSendFailed{})
	typeConfirmed  = domain.TypeName(domain.SMSConfirmed{})
	typeLocked     = domain.TypeName(domain.SMSChallengeLocked{})
	typeCancelled  = domain.TypeName(domain.PayoutCancelled{})
	typeExpired    = domain.TypeName(domain.PayoutExpired{})

	// followed are the types that Read knows.
	followed = []string{
		typeAdopted, typeRequested, typeIssued, typeSent, typeSendFailed, typeConfirmed, typeLocked, typeCancelled, typeExpired,
	}
)

// request is the event of a request, as it is stored.
type request struct {
	stream   string
	revision int64
	version  int
	data     []byte
}

// Read implements follow.Handler: the open work of a payout is its last challenge.
// Whole events are decoded in Handle, by many workers, and not here, by one.
func (d *Dispatcher) Read(e *eventstore.Recorded) (follow.Change, error) {
	switch e.Type {
	case typeAdopted:
		if merchant, ok := domain.MerchantOfStream(e.Stream); ok {
			d.limits.forget(merchant)
		}
	case typeRequested:
		// Should a code be needed, its challenge is the next event of the same
		// write; otherwise the next request takes this one's place.
		d.last = &request{e.Stream, e.Revision, e.Version, bytes.Clone(e.Data)}
	case typeIssued:
		a, err := readAbout(e)
		c := follow.Change{Op: follow.Open, Key: a.Payout, Tag: reference(a.Challenge, a.Send)}
		if d.last != nil && d.last.stream == e.Stream && d.last.revision == e.Revision-1 {
			c.Memo = d.last
		}
		return c, err
	case typeSent, typeSendFailed:
		a, err := readAbout(e)
		return follow.Change{Op: follow.Close, Key: a.Payout, Tag: reference(a.Challenge, a.Send)}, err
	case typeConfirmed, typeLocked, typeCancelled, typeExpired:
		payout, err := domain.PayoutOf(e.Data)
		return follow.Change{Op: follow.Close, Key: payout}, err
	}
	return follow.Change{}, nil
}

// about is which code an event is about. The names of members keep their meaning
// for ever, so this reads later versions of an event as well.
type about struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Send      int    `json:"send"`
}

func readAbout(e *eventstore.Recorded) (a about, err error) {
	if err = json.Unmarshal(e.Data, &a); err == nil && a.Payout == "" {
		err = errNoPayout
	}
	return a, err
}

var errNoPayout = errors.New("it names no payout")
