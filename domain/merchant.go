package domain

import "time"

// Merchant is the fold of one stream: all that a decision reads. The platform's
// own stream folds into the same type, of which it uses Policies alone, and the
// stream of refusals that name no known merchant stays empty.
//
// A Merchant is not safe for concurrent use; the ledger gives each to one loop.
type Merchant struct {
	ID  string
	Rev int64     // of the last event folded; -1 before the first
	At  time.Time // effective time of the last event

	Registered bool
	Profile    Profile
	Invited    bool
	Agreement  Agreement
	Service    ServiceState
	Adopted    PolicyAdopted // the policy in force here; Version 0 before the first
	Exemption  Money         // owner's limit for payouts without SMS; zero is off

	Owner  Account
	Agents map[string]*Account

	Wallet  Wallet
	Arrears int64 // minor units

	MerchantDay Use // reserved and paid this local day, all accounts

	Orders    map[string]*Order
	Payouts   map[string]*Payout
	Customers map[string]*Customer // by pseudonym

	Policies map[string]PolicyPublished // platform stream: latest version of each name
}

// ServiceState is where the payout service of a merchant stands.
type ServiceState string

const (
	ServiceIsNone      ServiceState = ""
	ServiceIsOpen      ServiceState = "open"
	ServiceIsSuspended ServiceState = "suspended"
	ServiceIsClosed    ServiceState = "closed"
)

// Profile is what the platform says of a merchant.
type Profile struct {
	Name           string   `json:"name,omitempty"`
	Mode           string   `json:"mode,omitempty"`        // cooperation mode, e.g. POP-SOP
	EntityType     string   `json:"entity_type,omitempty"` // e.g. jingxi_enterprise
	SelfAfterSales bool     `json:"self_after_sales,omitempty"`
	WalletOpen     bool     `json:"wallet_open,omitempty"`
	Zone           string   `json:"zone"`     // IANA name; the calendar of its limits
	Currency       Currency `json:"currency"` // of its wallet and every payout
	Policy         string   `json:"policy"`   // name of the platform policy it is under
}

// Agreement is what was ticked, by whom, when.
type Agreement struct {
	Version string
	By      Actor
	At      time.Time
}

// Permissions of an agent. It needs all three before it can initiate.
const (
	PermissionView     = "view"
	PermissionInitiate = "initiate"
	PermissionExport   = "export"
)

// Account is the owner or an agent.
type Account struct {
	ID          string
	Permissions []string
	Phone       Subject
	PhoneSince  time.Time // effective time of the last change; zero: since the beginning
	Quota       *Quota    // nil: none
	Day, Month  Use       // of the quota: reserved and paid
	ExemptDay   Use       // paid without SMS
	SMSFailures Use       // wrong tries, by day (Amount unused)
}

// Quota bounds what an agent may pay (打款配額). Absent values do not limit.
type Quota struct {
	Enabled       bool   `json:"enabled"`
	PerPayout     *Money `json:"per_payout,omitempty"`
	DailyAmount   *Money `json:"daily_amount,omitempty"`
	DailyCount    int    `json:"daily_count,omitempty"`
	MonthlyAmount *Money `json:"monthly_amount,omitempty"`
}

// Use is what was used of a limit in one calendar period ("2011-03-27" or
// "2011-03"). A later period starts at zero; an earlier one never comes back,
// because effective time does not decrease.
type Use struct {
	Period string
	Amount int64 // minor units
	Count  int
}

// Wallet holds a merchant's money in minor units of its currency. At every
// prefix of the stream Credited − Debited = Available + Held + Paid − Returned,
// and neither Available nor Held is negative.
type Wallet struct {
	Available, Held                   int64
	Credited, Debited, Paid, Returned int64 // running totals
}

// Order is what payouts did to one order. Failed, expired, cancelled and
// rejected payouts are not in it.
type Order struct {
	Count    int
	Amount   int64             // reserved and paid, minor units
	Refunded int64             // as observed
	ByReason map[string]string // reason → latest payout no., for duplicates
	Touched  time.Time         // effective time of the last change
}

// Customer is what payouts went to one customer lately.
type Customer struct {
	Day    Use
	Recent []CustomerPayout // in order of time, within the policy's window
}

// CustomerPayout is one payout in a customer's window.
type CustomerPayout struct {
	Payout string
	Amount int64
	At     time.Time
}

// PayoutState is where a payout stands.
type PayoutState string

const (
	Requested        PayoutState = "REQUESTED"
	AwaitingSMS      PayoutState = "AWAITING_SMS"
	AwaitingApproval PayoutState = "AWAITING_APPROVAL"
	Authorized       PayoutState = "AUTHORIZED"
	Submitted        PayoutState = "SUBMITTED"
	Unknown          PayoutState = "UNKNOWN"
	Paid             PayoutState = "PAID"
	Failed           PayoutState = "FAILED"
	Cancelled        PayoutState = "CANCELLED"
	Expired          PayoutState = "EXPIRED"
	Rejected         PayoutState = "REJECTED"
	Returned         PayoutState = "RETURNED"
	Refused          PayoutState = "REFUSED" // in records only: it was never a payout
)

// Payout is an open payout, or one that closed a short while ago.
type Payout struct {
	No          string
	State       PayoutState
	By          Actor
	Order       string
	Customer    Subject
	Reason      string
	Money       Money
	Day, Month  string // of the quota it was counted in
	Exempt      bool
	Challenge   Challenge
	Rail        string
	RequestedAt time.Time
	ChangedAt   time.Time // effective time of the last event
	HeldBack    bool
}

// Challenge is the SMS challenge of a payout. The code itself is never stored:
// it is derived from these values and a key outside the store.
type Challenge struct {
	ID        string
	Send      int    // 1 for the first code
	Digits    int    // length of the code
	Phone     string // pseudonym
	IssuedAt  time.Time
	ExpiresAt time.Time
	Tries     int // attempts counted, wrong or not yet compared
	Open      int // number of the attempt that is not yet compared; 0: none
	Locked    bool
	Used      bool
}
