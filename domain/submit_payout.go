package domain

// SubmitPayout is given by the dispatcher before it calls the rail.
type SubmitPayout struct {
	Payout string `json:"payout_no"`
	Rail   string `json:"rail"`
}

// PayoutSubmitted is durable before the rail is called. Reference is the payout
// number: one for every attempt, for ever.
type PayoutSubmitted struct {
	Payout    string `json:"payout_no"`
	Rail      string `json:"rail"`
	Reference string `json:"reference"`
	Money     Money  `json:"money"`
	Payee     string `json:"payee,omitempty"` // the customer's pseudonym
	Note      string `json:"note,omitempty"`
}

// PayoutHeldBack says, once, why an authorised payout is not submitted now. It
// goes on by ArrearsCleared or ServiceResumed, not by retrying.
type PayoutHeldBack struct {
	Payout   string    `json:"payout_no"`
	Failures []Failure `json:"failures"`
}
