package domain

// Policy is the set of limits that decisions are taken under. The rules are
// code, the limits are data: a limit that is absent (nil, empty, false, zero)
// never fires. Limits are inclusive: exactly at the limit passes.
//
// A policy is published on the platform under a name and a version, and copied
// in full into a merchant's stream (PolicyAdopted) before the first decision
// that uses it, so that the stream explains itself.
type Policy struct {
	// Who may open the service. Not eligible wins where both apply.
	EligibleModes     []string `json:"eligible_modes,omitempty"`
	EligibleTypes     []string `json:"eligible_entity_types,omitempty"`
	IneligibleModes   []string `json:"ineligible_modes,omitempty"`
	IneligibleTypes   []string `json:"ineligible_entity_types,omitempty"`
	Rollout           bool     `json:"rollout,omitempty"` // only invited merchants may open
	SelfAfterSales    bool     `json:"self_after_sales_required,omitempty"`
	WalletRequired    bool     `json:"wallet_required,omitempty"`
	AgreementVersion  string   `json:"agreement_version,omitempty"` // must have been accepted in this version
	CustomerRequired  bool     `json:"customer_required,omitempty"`
	OrderRequired     bool     `json:"order_required,omitempty"`
	OrderStatesDenied []string `json:"order_states_denied,omitempty"`
	ReasonsAllowed    []string `json:"reasons_allowed,omitempty"`
	ReasonsDenied     []string `json:"reasons_denied,omitempty"`

	OrderWindowDays int      `json:"order_window_days,omitempty"` // × 24 h after completion, else placement
	AmountMin       *Money   `json:"amount_min,omitempty"`
	AmountMax       *Money   `json:"amount_max,omitempty"`
	OrderCountMax   int      `json:"order_count_max,omitempty"`   // payouts on one order
	OrderPercentMax *Percent `json:"order_percent_max,omitempty"` // of paid minus refunded

	// Over these a request needs the owner's approval instead of being refused.
	ApprovalPercent *Percent `json:"approval_percent,omitempty"` // of paid minus refunded
	ApprovalFloor   *Money   `json:"approval_floor,omitempty"`   // up to here no approval, whatever the share
	ApprovalRules   []Rule   `json:"approval_rules,omitempty"`   // rules that approval may override

	// Same order and reason, or same customer and amount within so many minutes:
	// the request must name the earlier payout to go on.
	DuplicateMinutes int `json:"duplicate_minutes,omitempty"`

	MerchantDailyAmount *Money `json:"merchant_daily_amount,omitempty"`
	CustomerDailyAmount *Money `json:"customer_daily_amount,omitempty"`
	CustomerCountMax    int    `json:"customer_count_max,omitempty"`  // payouts to one customer
	CustomerCountDays   int    `json:"customer_count_days,omitempty"` // in so many × 24 h

	// 小額免密: what the owner may set at most, and what an agent may use a day.
	SMSExemptMax         *Money `json:"sms_exempt_max,omitempty"`
	SMSExemptDailyCount  int    `json:"sms_exempt_daily_count,omitempty"`
	SMSExemptDailyAmount *Money `json:"sms_exempt_daily_amount,omitempty"`
	SMSExemptPhoneHours  int    `json:"sms_exempt_phone_hours,omitempty"` // no exemption so long after a phone change

	SMSDigits        int `json:"sms_digits,omitempty"`
	SMSSeconds       int `json:"sms_seconds,omitempty"` // a code's life
	SMSTries         int `json:"sms_tries,omitempty"`   // wrong ones, then the challenge is locked
	SMSResendSeconds int `json:"sms_resend_seconds,omitempty"`
	SMSSendsMax      int `json:"sms_sends_max,omitempty"` // per payout
	SMSPhoneHourMax  int `json:"sms_phone_hour_max,omitempty"`
	SMSPhoneDayMax   int `json:"sms_phone_day_max,omitempty"`
	SMSPhoneFailures int `json:"sms_phone_failures_max,omitempty"` // wrong tries a day

	ExpireSMSMinutes      int `json:"expire_sms_minutes,omitempty"` // after the last code
	ExpireApprovalHours   int `json:"expire_approval_hours,omitempty"`
	ExpireAuthorizedHours int `json:"expire_authorized_hours,omitempty"`
	ReturnDays            int `json:"return_days,omitempty"`

	// Label is what payouts are called to people, ReasonLabels what reasons are.
	// They change over time; each payout keeps those it was requested under.
	Label        string            `json:"label,omitempty"`
	ReasonLabels map[string]string `json:"reason_labels,omitempty"`
}

// What a policy has where it names no other value: a code must have a length, a
// life and an end of tries, and nothing may reserve money for ever.
const (
	DefaultSMSDigits             = 6
	DefaultSMSSeconds            = 300
	DefaultSMSTries              = 5
	DefaultExpireSMSMinutes      = 30
	DefaultExpireApprovalHours   = 24
	DefaultExpireAuthorizedHours = 72
	DefaultReturnDays            = 180
)
