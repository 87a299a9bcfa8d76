package domain

// Bounds on what a command may hold and a merchant's state may grow to. Each
// is far beyond honest use; none is a business limit (those are in Policy).
const (
	// MaxReferenceBytes bounds order numbers and references of other systems:
	// what they issue is under 64, and each is copied into several events.
	MaxReferenceBytes = 128
	// MaxReasonBytes bounds a reason's code.
	MaxReasonBytes = 64
	// MaxWhyChars bounds free text of people and rails, so that an event with
	// several of them stays far under the store's 65,535 bytes.
	MaxWhyChars = 500
	// MaxLabelChars bounds what people read as a name.
	MaxLabelChars = 60
	// Notes: what the buyer's page shows, what the narrowest rail takes, and a
	// remark for colleagues.
	MaxBuyerNoteChars    = 60
	MaxRailNoteChars     = 32
	MaxInternalNoteChars = 200
	// MaxAgents bounds the sub-accounts of one merchant, removed ones included:
	// they stay in memory, because what an account used must not be forgotten.
	MaxAgents = 10_000
	// MaxOpenPayouts bounds the payouts of one merchant that are not yet closed;
	// they stay in memory (about 500 bytes each).
	MaxOpenPayouts = 4_000_000
	// MaxOrderPayouts bounds the payouts on one order that hold or took money:
	// each is kept with the order for the duplicate check.
	MaxOrderPayouts = 1_000
	// MaxWindowDays is the longest window a policy may look back over, and how
	// long a payout is kept with its customer.
	MaxWindowDays = 366
	// MaxWindowCount is the most payouts a window may allow. More than these are
	// not kept with a customer once they are older than MaxDuplicateMinutes.
	MaxWindowCount = 1_000
	// MaxDuplicateMinutes is the longest time a repeated amount may be suspected.
	MaxDuplicateMinutes = 24 * 60
	// MaxSMSTries bounds the tries of one challenge: each is one bit of its state,
	// and more would make a six-digit code guessable.
	MaxSMSTries = 20
	// MaxPolicies bounds the names of policies: all stay in memory.
	MaxPolicies = 1_000
	// MaxPercent is 1,000 %.
	MaxPercent Percent = 1_000 * percentUnit
)
