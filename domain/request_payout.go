package domain

import "slices"

// RequestPayout asks for a payout (發起打款). Every rule is checked; the answer
// is PayoutRequested, which reserves wallet, quota and the order's room at once,
// or PayoutRefused with all failing rules.
type RequestPayout struct {
	PayoutTerms
}

// PayoutTerms is what was asked for, as the request and both of its answers have it.
type PayoutTerms struct {
	Money    Money       `json:"money"`
	Reason   string      `json:"reason"`
	Entry    string      `json:"entry"` // where it was asked: one of Entries
	OrderNo  string      `json:"order_no,omitempty"`
	Order    *OrderFacts `json:"order,omitempty"` // from the trusted source; nil: it has no such order
	Customer *Subject    `json:"customer,omitempty"`
	// Earlier names the payout that a suspected duplicate may repeat.
	Earlier string `json:"earlier,omitempty"`
	// Notes: for the buyer (≤ 60 characters), on the rail (≤ 32), internal (≤ 200).
	BuyerNote    string `json:"buyer_note,omitempty"`
	RailNote     string `json:"rail_note,omitempty"`
	InternalNote string `json:"internal_note,omitempty"`
	// External is the caller's own number for this request, e.g. a claim number.
	External string `json:"external,omitempty"`
}

// Entries are the places where a payout can be asked for.
var Entries = []string{
	"order_detail", "after_sales_detail", "app_order_detail", "app_after_sales_detail", "batch", "cli", "backfill",
}

// How a payout is confirmed. Approval comes before an SMS, not in its place.
const (
	ConfirmBySMS      = "sms"
	ConfirmExempt     = "exempt"
	ConfirmByApproval = "approval"
)

// PayoutRequested reserves Money in the wallet, in the agent's quota of Day and
// Month, and on the order.
type PayoutRequested struct {
	Payout string `json:"payout_no"`
	PayoutTerms
	Labels
	Day     string `json:"day"`   // local, of the quota
	Month   string `json:"month"` // local
	Confirm string `json:"confirm"`
}

// Labels are what a payout and its reason were called when it was requested.
type Labels struct {
	Label       string `json:"label,omitempty"`
	ReasonLabel string `json:"reason_label,omitempty"`
}

// PayoutRefused is the stored answer to a request that some rule forbids.
type PayoutRefused struct {
	Payout string `json:"payout_no"` // the number it would have had
	// Merchant is the name that was given; only where no such merchant is known.
	Merchant string `json:"merchant,omitempty"`
	PayoutTerms
	Labels
	Failures []Failure `json:"failures"`
}

func (c RequestPayout) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := c.PayoutTerms.check(m); err != nil {
		return nil, err
	}
	no := PayoutNo(meta.ID)
	if m.Payouts[no] != nil {
		return nil, nil // this very command, again
	}
	r := m.request(&meta, &c.PayoutTerms)
	r.check(payoutRules[:])
	labels := Labels{r.policy.Label, r.policy.ReasonLabels[c.Reason]}
	if !r.approvable() {
		return []Event{PayoutRefused{Payout: no, PayoutTerms: c.PayoutTerms, Labels: labels, Failures: r.failures}}, nil
	}
	if err := r.bounds(); err != nil {
		return nil, err
	}
	r.checkApprovalShare()
	requested := PayoutRequested{Payout: no, PayoutTerms: c.PayoutTerms, Labels: labels, Day: r.day, Month: r.month}
	switch {
	case len(r.failures) > 0:
		requested.Confirm = ConfirmByApproval
		return []Event{requested, ApprovalRequested{
			Payout: no, Excess: r.failures, ExpiresAt: r.at.Add(r.policy.expireApproval()),
		}}, nil
	case r.exempt():
		requested.Confirm = ConfirmExempt
		return []Event{requested, PayoutAuthorized{Payout: no, By: ConfirmExempt}}, nil
	}
	requested.Confirm = ConfirmBySMS
	return []Event{requested, issueChallenge(m, no, 1, r.account, r.at)}, nil
}

// bounds keeps the state from growing without end. They are not the policy's and
// not a refusal: nothing is recorded, and the same key may come again later.
func (r *request) bounds() error {
	if r.order != nil && r.order.Count >= MaxOrderPayouts {
		return &Invalid{"order_no", "has " + itoa(MaxOrderPayouts) + " payouts, all that an order can have"}
	}
	if r.m.OpenPayouts >= MaxOpenPayouts {
		return &Invalid{"payout", "is one more than the " + itoa(MaxOpenPayouts) + " that can be open at once"}
	}
	return nil
}

// check is about shape alone, and about sums that would not fit.
func (t *PayoutTerms) check(m *Merchant) error {
	if err := checkPositive("money", t.Money, m.Profile.Currency); err != nil {
		return err
	}
	if m.Wallet.Paid+m.Wallet.Held+t.Money.Minor > MaxMinor {
		return &Invalid{"money", "all payouts of the merchant together would be over the largest amount"}
	}
	if !slices.Contains(Entries, t.Entry) {
		return &Invalid{"entry", "is not one of the places where a payout can be asked for"}
	}
	if err := checkID("reason", t.Reason, MaxReasonBytes); err != nil {
		return err
	}
	if err := checkOptionalID("order_no", t.OrderNo, MaxReferenceBytes); err != nil {
		return err
	}
	if err := checkOptionalID("external", t.External, MaxReferenceBytes); err != nil {
		return err
	}
	if err := checkOptionalID("earlier", t.Earlier, MaxReferenceBytes); err != nil {
		return err
	}
	if err := checkText("buyer_note", t.BuyerNote, MaxBuyerNoteChars); err != nil {
		return err
	}
	if err := checkText("rail_note", t.RailNote, MaxRailNoteChars); err != nil {
		return err
	}
	if err := checkText("internal_note", t.InternalNote, MaxInternalNoteChars); err != nil {
		return err
	}
	return t.Order.check(t)
}

// orderNo is the number under which payouts on the order are counted.
func (t *PayoutTerms) orderNo() string {
	if t.OrderNo == "" && t.Order != nil {
		return t.Order.ID
	}
	return t.OrderNo
}

func (e PayoutRequested) apply(m *Merchant, meta Meta) {
	by := meta.Actor
	if by.Role == RoleOwner {
		by.ID = m.Owner.ID
	}
	p := &Payout{
		No: e.Payout, State: Requested, By: by,
		Order: e.orderNo(), Reason: e.Reason, Money: e.Money, Note: e.RailNote,
		Day: e.Day, Month: e.Month, Exempt: e.Confirm == ConfirmExempt,
		RequestedAt: meta.EffectiveAt, ChangedAt: meta.EffectiveAt,
	}
	if e.Customer != nil {
		p.Customer = *e.Customer
	}
	m.reserve(p)
	if p.Order != "" {
		m.Orders[p.Order].state(e.PayoutTerms.Order)
	}
}

// A refusal leaves no trace in the state: the stored answer is kept by its key.
func (e PayoutRefused) apply(*Merchant, Meta) {}
