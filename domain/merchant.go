package domain

import "time"

// Merchant is the fold of one stream: all that a decision reads. The platform's
// own stream folds into the same type, of which it uses Policies alone; a phone's
// stream uses PhoneSends; the stream of refusals that name no known merchant
// stays empty.
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
	Exemption  Money         `json:",omitzero"` // owner's limit for payouts without SMS; zero is off

	Owner  Account
	Agents map[string]*Account

	Wallet  Wallet
	Arrears int64 // minor units

	MerchantDay Use // reserved and paid this local day, all accounts
	OpenPayouts int // payouts that are not closed

	PhoneFailures PhoneFailures

	Orders    map[string]*Order
	Payouts   map[string]*Payout
	Customers map[string]*Customer // by pseudonym

	Policies map[string]PolicyPublished // platform stream: latest version of each name

	PhoneSends []PhoneSend // phone's stream: the last 24 hours

	Findings map[string]Finding // that are open

	closed retirees // what may leave memory, in order of time
	timers timers   // what expires
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
	// ExemptDay is what was asked for without SMS. It is not given back when
	// such a payout fails: it bounds what can be tried without a second factor.
	ExemptDay Use
	// Removed accounts can do nothing but stay: what they used is not forgotten
	// when the same id is added again.
	Removed bool
}

// Quota bounds what an agent may pay (打款配額). Absent values do not limit.
type Quota struct {
	Enabled       bool   `json:"enabled"`
	PerPayout     *Money `json:"per_payout,omitempty"`
	DailyAmount   *Money `json:"daily_amount,omitempty"`
	DailyCount    int    `json:"daily_count,omitempty"`
	MonthlyAmount *Money `json:"monthly_amount,omitempty"`
}

// PhoneFailures counts the tries of one local day that were wrong or are not
// yet compared, by the phone's pseudonym.
type PhoneFailures struct {
	Day   string
	Tries map[string]int
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

// Payout is an open payout, or a closed one that is still in memory.
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
	Approved    bool
	Excess      []Failure // the limits it exceeds, while it awaits approval
	Challenge   Challenge
	Note        string // for the rail
	Rail        string
	HeldBack    bool
	RequestedAt time.Time
	ChangedAt   time.Time // effective time of the last event
	ClosedAt    time.Time // effective time of the outcome
	Deadline    time.Time // when it expires; zero: it does not

	Disputes  int    // opened so far
	Dispute   string // the open one
	Recovered int64  // by disputes, minor units

	timer    int // place in Merchant.timers, from 1; 0: none
	resident     // cache bookkeeping
}

// Challenge is the SMS challenge of a payout. The code itself is never stored:
// it is derived from these values and a key outside the store.
type Challenge struct {
	ID         string
	Send       int    // 1 for the first code
	Digits     int    // length of the code
	Phone      string // pseudonym
	IssuedAt   time.Time
	ExpiresAt  time.Time
	Sent       bool      // the provider took the message
	SendFailed bool      // the last report before that: it did not
	RetryAt    time.Time // no message to the phone before
	Tries      int       // attempts counted, wrong or not yet compared
	Open       int       // bit n is set while attempt n (from 1) is not yet compared
	TryDay     string    // local day of the last try
	Locked     bool
	Used       bool
}
