package domain

// CommandRefused is the stored answer to any command but RequestPayout that some
// rule forbids.
type CommandRefused struct {
	Command  string    `json:"command"`
	Merchant string    `json:"merchant,omitempty"`  // as named, in the unrouted stream alone
	Payout   string    `json:"payout_no,omitempty"` // where the command names one
	Failures []Failure `json:"failures"`
}
