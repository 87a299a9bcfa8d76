package explain

var englishRefusals = map[string]refusal{
	"MERCHANT_MISSING": {
		"{merchant} is not registered",
		"the platform registers a merchant before anything is done for it",
		"check the id, or register it: {do:merchant register}",
	},
	"MERCHANT_NOT_ELIGIBLE": {
		"{merchant} is not eligible[: {label}]",
		"the policy lists the cooperation modes and entity types that may open the service, and those that never may",
		"see what the platform says of the merchant: {do:merchant show}",
	},
	"ROLLOUT_NOT_INVITED": {
		"{merchant} has not been invited",
		"while the rollout is on, only invited merchants may open the service",
		"ask the platform for an invitation; it gives one by: {do:merchant invite}",
	},
	"SELF_AFTER_SALES_OFF": {
		"{merchant} does not run its own after-sales",
		"goodwill payouts are for merchants that have self-run after-sales switched on",
		"switch it on with the platform, then look: {do:service status}",
	},
	"WALLET_NOT_OPEN": {
		"the enterprise wallet of {merchant} is not open",
		"payouts are paid from the enterprise wallet",
		"open it with the platform, then look: {do:service status}",
	},
	"AGREEMENT_REQUIRED": {
		"the agreement[ in version {no}] has not been accepted",
		"the owner reads and accepts the agreement in force before the service can be used",
		"as the owner, accept it: {do:service open}",
	},
	"SERVICE_NOT_OPEN": {
		"{merchant} has not opened the service",
		"nothing is paid before the owner has opened the service",
		"as the owner: {do:service open}",
	},
	"SERVICE_NOT_OPEN/suspended": {
		"the service of {merchant} is suspended",
		"while it is, nothing is requested, confirmed or handed to a rail",
		"as the owner: {do:service resume}",
	},
	"SERVICE_NOT_OPEN/closed": {
		"the service of {merchant} is closed",
		"the owner has closed it; it can be opened again",
		"as the owner: {do:service open}",
	},
	"OWNER_ONLY": {
		"this is for the owner alone, not for {actor}",
		"the main account answers for the service, quotas, permissions, phones, approvals and the SMS exemption",
		"ask the owner to do it",
	},
	"PERMISSION_MISSING": {
		"{agent} lacks permissions: {label}",
		"an agent needs all three permissions (view, initiate, export) before it can initiate a payout",
		"as the owner: {do:agent grant}",
	},
	"PERMISSION_MISSING/actor": {
		"{actor} may not do this",
		"a payout is requested by the owner or an agent of the merchant, and then confirmed, resent or cancelled by whoever requested it, or the owner",
		"use one of these accounts: {do:agent ls}",
	},
	"CUSTOMER_MISSING": {
		"no customer is named",
		"limits for each customer and the check for duplicates need to know who is paid",
		"name the customer's account in the request",
	},
	"ORDER_MISSING": {
		"{order} is not known",
		"a payout is decided on what a trusted source says of its order, never on what is typed",
		"check the order number, or load the orders: {do:orders import}",
	},
	"ORDER_CUSTOMER_MISMATCH": {
		"{order} was placed by another customer",
		"money goes to whoever placed the order",
		"check order and customer: {do:orders show}",
	},
	"ORDER_STATE_FORBIDDEN": {
		"{order} gets no payout while it is {label}",
		"the policy names the states of an order in which nothing is paid",
		"wait until its state changes: {do:orders show}",
	},
	"REASON_NOT_ALLOWED": {
		"the reason is not allowed: {label}",
		"the policy says which reasons a payout may have",
		"choose another reason: {do:policy show}",
	},
	"ORDER_WINDOW_CLOSED": {
		"{order} is too old: day {used#}, and payouts end after {limit}",
		"days count from the order's completion, or from its placement where that is not known",
		"check the dates of the order: {do:orders show}",
	},
	"AMOUNT_BELOW_MIN": {
		"{asked} is less than the smallest payout, {limit}",
		"the policy sets the smallest amount that is paid",
		"ask for {limit} or more",
	},
	"AMOUNT_ABOVE_MAX": {
		"{asked} is more than the largest payout, {limit}",
		"the policy sets the largest amount of one payout",
		"ask for {limit} or less",
	},
	"ORDER_COUNT_EXCEEDED": {
		"{order} has had {used} already, {asked#} more is asked for, {limit#} is the most",
		"the policy limits how many payouts an order can have; failed, expired, cancelled and rejected ones don't count",
		"look at the payouts on the order: {do:orders show}",
	},
	"ORDER_AMOUNT_EXCEEDED": {
		"payouts on {order} would be too much: limit {limit}, used {used}, asked {asked}",
		"all payouts on an order together stay within a share of what the customer paid and was not refunded",
		"[ask for {left} or less; ]look at the order: {do:orders show}",
	},
	"ORDER_AMOUNT_EXCEEDED/approval_percent": {
		"payouts on {order} need approval from here on: limit {limit}, used {used}, asked {asked}",
		"a large share of what the customer paid and was not refunded is paid only if somebody else approves it",
		"[ask for {left} or less; ]have it approved: {do:approve}",
	},
	"DUPLICATE_SUSPECTED": {
		"this may repeat payout {earlier}",
		"customers who were paid twice by mistake rarely tell",
		"compare: {do:show earlier}; if both are meant, name it: {do:request again}",
	},
	"DUPLICATE_SUSPECTED/order_and_reason": {
		"payout {earlier} is for the same order and reason",
		"one complaint that two people work on is paid twice",
		"compare: {do:show earlier}; if both are meant, name it: {do:request again}",
	},
	"DUPLICATE_SUSPECTED/customer_and_amount": {
		"payout {earlier} went to the same customer over the same amount a short while ago",
		"a request that is sent again by mistake is paid twice",
		"compare: {do:show earlier}; if both are meant, name it: {do:request again}",
	},
	"QUOTA_MISSING": {
		"{agent} has no quota",
		"an agent can't pay until the owner sets its quota",
		"as the owner: {do:quota set}",
	},
	"QUOTA_DISABLED": {
		"the quota of {agent} is disabled",
		"the owner has switched it off; its limits are kept",
		"as the owner: {do:quota enable}",
	},
	"QUOTA_EXCEEDED": {
		"over the quota of {agent}: limit {limit}[, used {used}], asked {asked}[, resets {resets}]",
		"the owner sets how much an agent may pay",
		"[ask for {left} or less; ]as the owner, raise it: {do:quota set}",
	},
	"QUOTA_EXCEEDED/per_payout": {
		"{asked} is more than {agent} may pay at a time, {limit}",
		"the owner sets how much an agent may pay at a time",
		"ask for {limit} or less; as the owner, raise it: {do:quota set}",
	},
	"QUOTA_EXCEEDED/daily_amount": {
		"over the daily quota of {agent}: limit {limit}, used {used}, asked {asked}[, resets {resets}]",
		"the owner sets how much an agent may pay in a day",
		"[ask for {left} or less; ][wait until {resets}; ]as the owner, raise it: {do:quota set}",
	},
	"QUOTA_EXCEEDED/daily_count": {
		"over the daily quota of {agent}: limit {limit}, used {used#}, asked {asked#}[, resets {resets}]",
		"the owner sets how many payouts an agent may make in a day",
		"[wait until {resets}; ]as the owner, raise it: {do:quota set}",
	},
	"QUOTA_EXCEEDED/monthly_amount": {
		"over the monthly quota of {agent}: limit {limit}, used {used}, asked {asked}[, resets {resets}]",
		"the owner sets how much an agent may pay in a month",
		"[ask for {left} or less; ][wait until {resets}; ]as the owner, raise it: {do:quota set}",
	},
	"MERCHANT_LIMIT_EXCEEDED": {
		"over what {merchant} may pay in a day: limit {limit}, used {used}, asked {asked}[, resets {resets}]",
		"the policy limits what all accounts of a merchant pay in a day of its calendar",
		"[ask for {left} or less; ][wait until {resets}; ]the limits are in: {do:policy show}",
	},
	"CUSTOMER_LIMIT_EXCEEDED": {
		"over what one customer may get: limit {limit}, used {used}, asked {asked}[, resets {resets}]",
		"the policy limits what a merchant pays to one customer",
		"[wait until {resets}; ]the limits are in: {do:policy show}",
	},
	"CUSTOMER_LIMIT_EXCEEDED/customer_daily_amount": {
		"over what one customer may get in a day: limit {limit}, used {used}, asked {asked}[, resets {resets}]",
		"the policy limits what a merchant pays to one customer in a day of its calendar",
		"[ask for {left} or less; ][wait until {resets}; ]the limits are in: {do:policy show}",
	},
	"CUSTOMER_LIMIT_EXCEEDED/customer_count_max": {
		"the customer has had {used} lately, {asked#} more is asked for, {limit#} is the most[; room comes {resets}]",
		"the policy limits how often a merchant pays one customer within some days",
		"look whether something else is wrong: {do:payouts ls}",
	},
	"INSUFFICIENT_BALANCE": {
		"the wallet of {merchant} has {limit} available, {asked} is asked for",
		"a payout is reserved in full when it is requested; what other open payouts hold is not available",
		"top the wallet up, or ask for less: {do:wallet show}",
	},
	"ARREARS_OUTSTANDING": {
		"{merchant} owes {used}",
		"payouts are blocked while the merchant account has arrears",
		"{do:wallet arrears}",
	},
	"ROLE_FORBIDDEN": {
		"this is not for {actor}[: {command}]",
		"every command belongs to those who answer for it: top-ups to the platform, outcomes to the payout dispatcher, findings to the auditor",
		"act as somebody whose role it is",
	},
	"MERCHANT_EXISTS": {
		"{merchant} is registered already, with other data",
		"a merchant is registered once; a profile is changed, not registered again",
		"compare: {do:merchant show}",
	},
	"AGENT_EXISTS": {
		"there is an account {no} already",
		"accounts of a merchant have different ids, the owner's included",
		"choose another id: {do:agent ls}",
	},
	"AGENT_MISSING": {
		"{merchant} has no agent {no}",
		"it was never added, or it was removed",
		"check the id, or add it: {do:agent add}",
	},
	"LIMIT_ABOVE_POLICY": {
		"{asked} is more than the policy allows, {limit}",
		"the policy sets up to which amount an owner may exempt payouts from the SMS; without such a limit there is no exemption",
		"set {limit} or less: {do:sms-exempt set}",
	},
	"LIMIT_ABOVE_POLICY/none": {
		"the policy allows no SMS exemption, {asked} is asked for",
		"where the policy sets no amount for it, every payout is confirmed by SMS",
		"see the policy: {do:policy show}",
	},
	"SMS_WRONG": {
		"the code is wrong: {used#} of {limit} used",
		"a code is for one payout, its amount and its customer; a newer code voids the one before",
		"type the latest code, or ask for another one: {do:resend}",
	},
	"SMS_EXPIRED": {
		"the code can't be used any more",
		"it is too old, or a newer one was sent",
		"ask for another one: {do:resend}",
	},
	"SMS_LOCKED": {
		"{payout} is locked: {used#} of {limit} used",
		"too many wrong codes were typed",
		"ask for another code: {do:resend}",
	},
	"SMS_RESEND_TOO_SOON": {
		"a new code can't be asked for yet[, but from {resets} on]",
		"the last one may still be on its way",
		"wait, then: {do:resend}",
	},
	"SMS_LIMIT_EXCEEDED": {
		"too many messages or wrong codes: limit {limit}, used {used}, asked {asked#}[, resets {resets}]",
		"the policy limits how often a phone is texted, and how many wrong codes it has",
		"[wait until {resets}, then: ]{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED/sms_sends_max": {
		"{payout} has had {used} already, {asked#} more is asked for, {limit#} is the most",
		"the policy limits how many codes are sent for one payout",
		"cancel it and request it again",
	},
	"SMS_LIMIT_EXCEEDED/sms_phone_failures_max": {
		"too many wrong codes from this phone today: limit {limit}, used {used#}, asked {asked#}[, resets {resets}]",
		"the policy limits how many wrong codes a phone has in a day, over all payouts",
		"[wait until {resets}; ]if it was somebody else, change the phone",
	},
	"SMS_LIMIT_EXCEEDED/sms_phone_hour_max": {
		"too many messages to this phone in an hour: limit {limit}, used {used#}, asked {asked#}[, resets {resets}]",
		"the policy limits how often a phone is texted in 60 minutes, whichever merchants ask",
		"[wait until {resets}, then: ]{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED/sms_phone_day_max": {
		"too many messages to this phone in 24 hours: limit {limit}, used {used#}, asked {asked#}[, resets {resets}]",
		"the policy limits how often a phone is texted in 24 hours, whichever merchants ask",
		"[wait until {resets}, then: ]{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED/phone": {
		"this phone gets no more messages for now, {asked} is asked for[; the next can go out {resets}]",
		"the policy limits how often a phone is texted, whichever merchants ask",
		"[wait until {resets}, then: ]{do:resend}",
	},
	"APPROVER_IS_REQUESTER": {
		"{actor} asked for {payout} and can't approve it as well",
		"approval is somebody else's second look",
		"let another account approve it, for the owner's own requests the platform: {do:approve}",
	},
	"PAYOUT_STATE_FORBIDDEN": {
		"{payout} is {label}: this can't be done any more, or not yet",
		"each step of a payout follows a certain one before it; an outcome stands",
		"see where it stands: {do:payouts show}",
	},
	"PAYOUT_STATE_FORBIDDEN/count": {
		"{used} of {merchant} are {label}; at most {limit#} may be",
		"what a rail has, or may have, can't be taken back",
		"wait for the outcomes: {do:payouts ls}",
	},
	"PAYOUT_STATE_FORBIDDEN/open": {
		"{used} of {merchant} are open; at most {limit#} may be",
		"closing the service cancels what is open in one step, which has room for so many",
		"cancel some of them first: {do:payouts ls}",
	},
	"PAYOUT_STATE_FORBIDDEN/recovered": {
		"{payout} can't come back: money of it was recovered by a dispute",
		"the same money can't come back twice",
		"compare with the dispute: {do:payouts show}",
	},
	"PAYOUT_MISSING": {
		"there is no payout {no}",
		"this merchant has no payout with that number; a refused request never became one",
		"find it: {do:payouts ls}",
	},
	"RETURN_WINDOW_CLOSED": {
		"{payout} was paid too long ago: day {used#}, and returns end after {limit}",
		"the policy sets how long a payout can come back",
		"credit the wallet instead, with a reference to the payout: {do:payouts show}",
	},
	"DISPUTE_MISSING": {
		"{payout} has no open dispute {no}",
		"it was never opened, or it is resolved",
		"look at its disputes: {do:payouts show}",
	},
	"FINDING_MISSING": {
		"there is no open finding {no}",
		"it was never raised, or it is closed",
		"check the number of the finding",
	},
	string(KeyReused): {
		"this idempotency key was used for something else",
		"a key answers one request, for ever",
		"send the request as it was, or with a new key",
	},
	unknownRule: {
		"refused by {rule}[: {no}][, limit {limit}][, used {used}][, asked {asked}][, resets {resets}]",
		"this release does not know the rule",
		"use the release that wrote it",
	},
}
