package records

import (
	"encoding/json"
	"fmt"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/projections"
)

type writer struct {
	payouts *projections.Table[string, Record]
	history *projections.Log[Step]
}

func newWriter() *writer {
	return &writer{
		payouts: projections.NewTable(payouts, (*Record).fields, []string{"payout_no"},
			func(k string) []any { return []any{k} }),
		history: projections.NewLog(history, (*Step).fields),
	}
}

func (w *writer) Caches() []projections.Cache { return []projections.Cache{w.payouts, w.history} }

func (w *writer) Apply(tx *projections.Tx, events []projections.Event) error {
	for i := range events {
		if no := payoutOf(events[i].Body); no != "" {
			w.payouts.Want(no)
		}
	}
	if err := w.payouts.Load(tx); err != nil {
		return err
	}
	for i := range events {
		if err := w.apply(&events[i]); err != nil {
			return err
		}
	}
	return nil
}

// payoutOf is the payout that an event is about.
func payoutOf(body domain.Event) string {
	switch b := body.(type) {
	case domain.PayoutRequested:
		return b.Payout
	case domain.PayoutRefused:
		return b.Payout
	case domain.CommandRefused:
		return b.Payout
	case domain.SMSChallengeIssued:
		return b.Payout
	case domain.SMSSent:
		return b.Payout
	case domain.SMSSendFailed:
		return b.Payout
	case domain.SMSAttempted:
		return b.Payout
	case domain.SMSConfirmed:
		return b.Payout
	case domain.SMSChallengeLocked:
		return b.Payout
	case domain.PayoutAuthorized:
		return b.Payout
	case domain.PayoutHeldBack:
		return b.Payout
	case domain.PayoutSubmitted:
		return b.Payout
	case domain.PayoutPaid:
		return b.Payout
	case domain.PayoutFailed:
		return b.Payout
	case domain.PayoutOutcomeUnknown:
		return b.Payout
	case domain.PayoutCancelled:
		return b.Payout
	case domain.ApprovalRequested:
		return b.Payout
	case domain.PayoutApproved:
		return b.Payout
	case domain.PayoutRejected:
		return b.Payout
	case domain.PayoutExpired:
		return b.Payout
	case domain.PayoutReturned:
		return b.Payout
	case domain.DisputeOpened:
		return b.Payout
	case domain.DisputeResolved:
		return b.Payout
	}
	return ""
}

func (w *writer) apply(e *projections.Event) error {
	no := payoutOf(e.Body)
	switch b := e.Body.(type) {
	case domain.PayoutRequested:
		return w.begin(e, b.Payout, &b.PayoutTerms, Record{
			Status: string(domain.Requested), ConfirmMethod: b.Confirm, Label: b.Label, ReasonLabel: b.ReasonLabel,
		})
	case domain.PayoutRefused:
		r := Record{Status: string(domain.Refused), NamedMerchant: b.Merchant, Label: b.Label, ReasonLabel: b.ReasonLabel}
		if err := marshal(&r.Failures, b.Failures); err != nil {
			return fmt.Errorf("write the failures of %s: %w", no, err)
		}
		if len(b.Failures) > 0 {
			r.FailureCode = string(b.Failures[0].Rule)
		}
		return w.begin(e, b.Payout, &b.PayoutTerms, r)
	case domain.CommandRefused:
		// A refused command may name no payout, a missing one, or another
		// merchant's, whose history it is no part of.
		if no == "" || e.Merchant == "" {
			return nil
		}
		if r := w.payouts.Get(no); r != nil && r.Merchant == e.Merchant {
			return w.step(e, r)
		}
		return nil
	}
	r := w.payouts.Get(no)
	if r == nil || r.Merchant != e.Merchant {
		return fmt.Errorf("payout %s of merchant %q was never requested", no, e.Merchant)
	}
	if changes(e.Body) {
		r = w.payouts.Change(no)
		if err := r.change(e); err != nil {
			return err
		}
		r.from(e)
	}
	return w.step(e, r)
}

// begin adds the record of a request.
func (w *writer) begin(e *projections.Event, no string, t *domain.PayoutTerms, r Record) error {
	r.RequestedPosition, r.Payout, r.Merchant = int64(e.Position), no, e.Merchant
	r.Reason, r.Currency, r.Amount = t.Reason, string(t.Money.Currency), t.Money.Minor
	r.OrderNo = t.OrderNo
	if t.Order != nil {
		if r.OrderNo == "" {
			r.OrderNo = t.Order.ID
		}
		r.OrderTotal = projections.Null{V: t.Order.Total.Minor, Valid: true}
		r.OrderRefunded = projections.Null{V: t.Order.Refunded.Minor, Valid: true}
	}
	if t.Customer != nil {
		r.Customer = t.Customer.Pseudonym
	}
	r.RequestedAt, r.RequestedBy, r.Entry = projections.InstantOf(e.EffectiveAt), e.Actor.String(), t.Entry
	r.External, r.Earlier = t.External, t.Earlier
	r.BuyerNote, r.RailNote, r.InternalNote = t.BuyerNote, t.RailNote, t.InternalNote
	r.from(e)
	if !w.payouts.Insert(no, r) {
		return fmt.Errorf("payout %s was requested already", no)
	}
	return w.step(e, w.payouts.Get(no))
}

// from notes the event that made the row what it is.
func (r *Record) from(e *projections.Event) {
	r.Revision, r.EventID, r.Position = e.Revision, e.ID.String(), int64(e.Position)
	r.ChangedAt, r.RecordedAt = projections.InstantOf(e.EffectiveAt), projections.InstantOf(e.RecordedAt)
}

// changes tells whether the event changes the record itself, or only adds to its
// history.
func changes(body domain.Event) bool {
	switch body.(type) {
	case domain.SMSSent, domain.SMSSendFailed, domain.SMSAttempted, domain.SMSConfirmed, domain.SMSChallengeLocked:
		return false
	}
	return true
}

func (r *Record) change(e *projections.Event) error {
	at := projections.InstantOf(e.EffectiveAt)
	switch b := e.Body.(type) {
	case domain.SMSChallengeIssued:
		r.Status = string(domain.AwaitingSMS)
	case domain.ApprovalRequested:
		r.Status = string(domain.AwaitingApproval)
		return marshal(&r.Excess, b.Excess)
	case domain.PayoutApproved:
		r.ApprovedAt = at
	case domain.PayoutAuthorized:
		r.Status, r.ConfirmedAt, r.ConfirmMethod = string(domain.Authorized), at, b.By
	case domain.PayoutHeldBack:
		return marshal(&r.HeldBack, b.Failures)
	case domain.PayoutSubmitted:
		r.Status, r.SubmittedAt, r.HeldBack = string(domain.Submitted), at, ""
		r.Rail, r.RailRef = b.Rail, b.Reference
	case domain.PayoutOutcomeUnknown:
		r.Status = string(domain.Unknown)
	case domain.PayoutPaid:
		r.Status, r.PaidAt, r.RailID = string(domain.Paid), at, b.RailID
	case domain.PayoutFailed:
		r.end(domain.Failed, b.Code, b.Why)
	case domain.PayoutCancelled:
		r.end(domain.Cancelled, "", b.Why)
	case domain.PayoutRejected:
		r.end(domain.Rejected, "", b.Why)
	case domain.PayoutExpired:
		r.end(domain.Expired, "", "")
	case domain.PayoutReturned:
		r.end(domain.Returned, b.Code, b.Why)
		r.ReturnedAt = at // an open dispute stays open
	case domain.DisputeOpened:
		r.Dispute = b.Dispute
	case domain.DisputeResolved:
		r.Dispute = ""
		if b.Recovered != nil {
			r.Recovered += b.Recovered.Minor
		}
	}
	return nil
}

// end notes that no money went out, or that it came back.
func (r *Record) end(state domain.PayoutState, code, why string) {
	r.Status, r.FailureCode, r.FailureWhy, r.HeldBack = string(state), code, why, ""
}

func marshal(into *string, v any) error {
	b, err := json.Marshal(v)
	*into = string(b)
	return err
}

// step adds an event to the history of its record.
func (w *writer) step(e *projections.Event, r *Record) error {
	details, err := json.Marshal(detailsOf(e.Body))
	if err != nil {
		return fmt.Errorf("write the details of %s: %w", r.Payout, err)
	}
	w.history.Add(Step{
		RequestedPosition: r.RequestedPosition, Position: int64(e.Position), Type: e.Type, Status: r.Status,
		Actor: e.Actor.String(), EffectiveAt: projections.InstantOf(e.EffectiveAt),
		RecordedAt: projections.InstantOf(e.RecordedAt), Revision: e.Revision, Details: string(details),
	})
	return nil
}
