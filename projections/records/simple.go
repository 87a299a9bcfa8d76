package records

import (
	"encoding/json"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

// simple keeps the events of each payout and tells a record's row from all of
// them at once.
type simple struct {
	order  []string
	events map[string][]projections.Event // the first one is the request
}

func newSimple() *simple { return &simple{events: map[string][]projections.Event{}} }

func (s *simple) Add(e projections.Event) {
	no := payoutOf(e.Body)
	switch e.Body.(type) {
	case domain.PayoutRequested, domain.PayoutRefused:
		s.order = append(s.order, no)
	case domain.CommandRefused:
		if known := s.events[no]; len(known) == 0 || known[0].Merchant != e.Merchant || e.Merchant == "" {
			return
		}
	}
	s.events[no] = append(s.events[no], e)
}

func (s *simple) Rows() map[string][]projections.Row {
	out := map[string][]projections.Row{}
	for _, no := range s.order {
		row, steps := story(s.events[no])
		out["records_payouts"] = append(out["records_payouts"], row)
		out["records_history"] = append(out["records_history"], steps...)
	}
	return out
}

func story(events []projections.Event) (row projections.Row, steps []projections.Row) {
	first := events[0]
	var terms domain.PayoutTerms
	var labels domain.Labels
	named := ""
	switch b := first.Body.(type) {
	case domain.PayoutRequested:
		terms, labels = b.PayoutTerms, b.Labels
	case domain.PayoutRefused:
		terms, labels, named = b.PayoutTerms, b.Labels, b.Merchant
	}
	row = projections.Row{
		"requested_position": int64(first.Position), "payout_no": payoutOf(first.Body), "merchant": first.Merchant, "named_merchant": named,
		"label": labels.Label, "reason_label": labels.ReasonLabel,
		"failure_code": "", "failure_why": "", "failures": "", "held_back": "", "excess": "",
		"order_no": terms.OrderNo, "customer": "", "reason": terms.Reason, "currency": string(terms.Money.Currency),
		"amount": terms.Money.Minor, "order_total": nil, "order_refunded": nil,
		"requested_at": first.EffectiveAt.UnixNano(), "confirmed_at": nil, "submitted_at": nil, "paid_at": nil,
		"approved_at": nil, "returned_at": nil, "dispute": "", "recovered": int64(0),
		"requested_by": first.Actor.String(), "entry": terms.Entry, "confirm_method": "",
		"rail": "", "rail_ref": "", "rail_id": "", "external": terms.External, "earlier": terms.Earlier,
		"buyer_note": terms.BuyerNote, "rail_note": terms.RailNote, "internal_note": terms.InternalNote,
	}
	if o := terms.Order; o != nil {
		row["order_total"], row["order_refunded"] = o.Total.Minor, o.Refunded.Minor
		if terms.OrderNo == "" {
			row["order_no"] = o.ID
		}
	}
	if terms.Customer != nil {
		row["customer"] = terms.Customer.Pseudonym
	}
	recovered := int64(0)
	for _, e := range events {
		if b, ok := e.Body.(domain.DisputeResolved); ok && b.Recovered != nil {
			recovered += b.Recovered.Minor
		}
		if set := effect(e); set != nil {
			for column, v := range set {
				row[column] = v
			}
			row["changed_at"], row["recorded_at"] = e.EffectiveAt.UnixNano(), e.RecordedAt.UnixNano()
			row["revision"], row["event_id"], row["position"] = e.Revision, e.ID.String(), int64(e.Position)
		}
		details, _ := json.Marshal(detailsOf(e.Body))
		steps = append(steps, projections.Row{
			"requested_position": row["requested_position"], "position": int64(e.Position), "type": e.Type,
			"status": row["status"], "actor": e.Actor.String(), "effective_at": e.EffectiveAt.UnixNano(),
			"recorded_at": e.RecordedAt.UnixNano(), "revision": e.Revision, "details": string(details),
		})
	}
	row["recovered"] = recovered
	return row, steps
}

// effect is what an event sets in the row; nil if it only is history.
func effect(e projections.Event) projections.Row {
	at := e.EffectiveAt.UnixNano()
	text := func(v any) string {
		b, _ := json.Marshal(v)
		return string(b)
	}
	switch b := e.Body.(type) {
	case domain.PayoutRequested:
		return projections.Row{"status": "REQUESTED", "confirm_method": b.Confirm}
	case domain.PayoutRefused:
		return projections.Row{"status": "REFUSED", "failures": text(b.Failures), "failure_code": string(b.Failures[0].Rule)}
	case domain.SMSChallengeIssued:
		return projections.Row{"status": "AWAITING_SMS"}
	case domain.PayoutAuthorized:
		return projections.Row{"status": "AUTHORIZED", "confirmed_at": at, "confirm_method": b.By}
	case domain.PayoutHeldBack:
		return projections.Row{"held_back": text(b.Failures)}
	case domain.PayoutSubmitted:
		return projections.Row{"status": "SUBMITTED", "submitted_at": at, "held_back": "", "rail": b.Rail, "rail_ref": b.Reference}
	case domain.PayoutOutcomeUnknown:
		return projections.Row{"status": "UNKNOWN"}
	case domain.PayoutPaid:
		return projections.Row{"status": "PAID", "paid_at": at, "rail_id": b.RailID}
	case domain.PayoutFailed:
		return projections.Row{"status": "FAILED", "failure_code": b.Code, "failure_why": b.Why, "held_back": ""}
	case domain.PayoutCancelled:
		return projections.Row{"status": "CANCELLED", "failure_why": b.Why, "held_back": ""}
	case domain.ApprovalRequested:
		return projections.Row{"status": "AWAITING_APPROVAL", "excess": text(b.Excess)}
	case domain.PayoutApproved:
		return projections.Row{"approved_at": at}
	case domain.PayoutRejected:
		return projections.Row{"status": "REJECTED", "failure_why": b.Why, "held_back": ""}
	case domain.PayoutExpired:
		return projections.Row{"status": "EXPIRED", "held_back": ""}
	case domain.PayoutReturned:
		return projections.Row{"status": "RETURNED", "returned_at": at, "failure_code": b.Code, "failure_why": b.Why, "held_back": ""}
	case domain.DisputeOpened:
		return projections.Row{"dispute": b.Dispute}
	case domain.DisputeResolved:
		return projections.Row{"dispute": ""}
	}
	return nil
}
