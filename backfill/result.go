package backfill

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/amends-ledger/amends/domain"
)

// Accepted is the outcome of rows that no rule refused.
const Accepted = "ACCEPTED"

// Result is what a plan comes to. Its JSON is a contract. All figures but the
// last two are the whole plan's, however many runs it took.
type Result struct {
	Outcomes      map[string]Figure `json:"outcomes"` // by first failing rule, or ACCEPTED
	Confirmation  Confirmation      `json:"confirmation"`
	AcceptedIDs   string            `json:"accepted_ids_sha256"` // of the accepted ids in file order, each followed by LF
	Balances      map[string]string `json:"wallet_balances"`     // available, by merchant
	AcceptedMonth map[string]Pair   `json:"accepted_per_month"`  // by the first seven characters of requested_at
	AcceptedFor   map[string]Pair   `json:"accepted_per_reason"`
	Events        int64             `json:"events"`  // appended by this run
	Seconds       float64           `json:"seconds"` // that this run took
}

// Confirmation counts how accepted payouts were confirmed.
type Confirmation struct {
	Exempt int `json:"sms_exempt"`
	SMS    int `json:"sms"`
}

// Figure is a number of rows and their sum.
type Figure struct {
	Count int
	Sum   domain.Money
}

func (f *Figure) add(m domain.Money) {
	f.Count++
	f.Sum.Minor += m.Minor // within an int64: Load has added up all rows
	f.Sum.Currency = m.Currency
}

// MarshalJSON writes {"count":2,"amount":"12.30"}.
func (f Figure) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Count  int    `json:"count"`
		Amount string `json:"amount"`
	}{f.Count, f.Sum.Amount()})
}

// Pair is a Figure that is written as [2,"12.30"].
type Pair Figure

// MarshalJSON writes [2,"12.30"].
func (p Pair) MarshalJSON() ([]byte, error) { return json.Marshal([]any{p.Count, p.Sum.Amount()}) }

// tally adds the answers up.
func (r *run) tally() *Result {
	outcomes, months, reasons := map[string]*Figure{}, map[string]*Figure{}, map[string]*Figure{}
	count := func(in map[string]*Figure, key string, m domain.Money) {
		f := in[key]
		if f == nil {
			f = &Figure{}
			in[key] = f
		}
		f.add(m)
	}
	result := &Result{
		Outcomes: map[string]Figure{}, Balances: map[string]string{},
		AcceptedMonth: map[string]Pair{}, AcceptedFor: map[string]Pair{},
	}
	ids := sha256.New()
	for i := range r.in.Rows {
		row, o := &r.in.Rows[i], &r.outcomes[i]
		if o.refused != "" {
			count(outcomes, string(o.refused), row.Money)
			continue
		}
		count(outcomes, Accepted, row.Money)
		count(months, row.Month, row.Money)
		count(reasons, row.Reason, row.Money)
		ids.Write([]byte(row.ID + "\n"))
		if o.exempt {
			result.Confirmation.Exempt++
		} else {
			result.Confirmation.SMS++
		}
	}
	for name, f := range outcomes {
		result.Outcomes[name] = *f
	}
	for name, f := range months {
		result.AcceptedMonth[name] = Pair(*f)
	}
	for name, f := range reasons {
		result.AcceptedFor[name] = Pair(*f)
	}
	result.AcceptedIDs = hex.EncodeToString(ids.Sum(nil))
	return result
}
