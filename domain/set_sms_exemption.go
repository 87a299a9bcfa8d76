package domain

// SetSMSExemption sets up to which amount a payout needs no SMS (小額免密); zero
// switches it off. Only the owner may, up to the policy's sms_exempt_max.
type SetSMSExemption struct {
	Max Money `json:"max"`
}

// SMSExemptionSet is the answer to SetSMSExemption.
type SMSExemptionSet SetSMSExemption
