package domain

// RecordSMSSent and RecordSMSFailed are the sender's reports on one send.
type RecordSMSSent struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Send      int    `json:"send"`
	Provider  string `json:"provider"`
	MessageID string `json:"message_id,omitempty"`
}

// RecordSMSFailed says that the provider did not take the message. A retried
// send is not a resend: it carries the same code.
type RecordSMSFailed struct {
	Payout    string `json:"payout_no"`
	Challenge string `json:"challenge"`
	Send      int    `json:"send"`
	Provider  string `json:"provider"`
	Why       string `json:"why"`
}

// SMSSent says that the provider took the message.
type SMSSent RecordSMSSent

// SMSSendFailed says that it did not.
type SMSSendFailed RecordSMSFailed
