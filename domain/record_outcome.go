package domain

// RecordPaid is the rail's proof that the money went out.
type RecordPaid struct {
	Payout string `json:"payout_no"`
	RailID string `json:"rail_id,omitempty"` // the rail's own number
}

// RecordFailed is the rail's proof that the money did not and will not go out.
type RecordFailed struct {
	Payout string `json:"payout_no"`
	Code   string `json:"code"`
	Why    string `json:"why,omitempty"`
}

// RecordUnknown says that the rail's answer did not arrive. It releases nothing.
type RecordUnknown struct {
	Payout string `json:"payout_no"`
	Why    string `json:"why,omitempty"`
}

// PayoutPaid takes Money out of the wallet's hold.
type PayoutPaid struct {
	Payout string `json:"payout_no"`
	Money  Money  `json:"money"`
	Rail   string `json:"rail"`
	RailID string `json:"rail_id,omitempty"`
}

// PayoutFailed releases what PayoutRequested reserved.
type PayoutFailed struct {
	Payout string `json:"payout_no"`
	Money  Money  `json:"money"`
	Rail   string `json:"rail"`
	Code   string `json:"code"`
	Why    string `json:"why,omitempty"`
}

// PayoutOutcomeUnknown keeps the hold until evidence comes.
type PayoutOutcomeUnknown struct {
	Payout string `json:"payout_no"`
	Rail   string `json:"rail"`
	Why    string `json:"why,omitempty"`
}
