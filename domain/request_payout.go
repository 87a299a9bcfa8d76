package domain

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
	Entry    string      `json:"entry"` // where it was asked: order_detail, after_sales_detail, app_order_detail, app_after_sales_detail, batch, cli, backfill
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

// How a payout is confirmed.
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
	Day     string `json:"day"`   // local, of the quota
	Month   string `json:"month"` // local
	Confirm string `json:"confirm"`
}

// PayoutRefused is the stored answer to a request that some rule forbids.
type PayoutRefused struct {
	Payout string `json:"payout_no"` // the number it would have had
	// Merchant is the name that was given, in the unrouted stream alone.
	Merchant string `json:"merchant,omitempty"`
	PayoutTerms
	Failures []Failure `json:"failures"`
}

// PayoutAuthorized says that nothing more is asked of the merchant.
type PayoutAuthorized struct {
	Payout string `json:"payout_no"`
	By     string `json:"by"` // ConfirmBySMS, ConfirmExempt, ConfirmByApproval
}
