package domain

// CancelPayout ends a payout that was not yet submitted to a rail.
type CancelPayout struct {
	Payout string `json:"payout_no"`
	Why    string `json:"why,omitempty"`
}

// PayoutCancelled releases what PayoutRequested reserved.
type PayoutCancelled struct {
	Payout string `json:"payout_no"`
	Money  Money  `json:"money"`
	Why    string `json:"why,omitempty"`
}
