package explain

var englishLabels = map[Kind]map[string]string{
	Reason: {
		"price_difference": "price difference", "shipping": "shipping", "activity": "activity compensation",
		"goods_payment": "payment for goods", "quality": "product quality", "other": "other",
	},
	State: {
		"REQUESTED": "requested", "AWAITING_SMS": "awaiting SMS", "AWAITING_APPROVAL": "awaiting approval", "AUTHORIZED": "authorised",
		"SUBMITTED": "handed to the rail", "UNKNOWN": "outcome unknown", "PAID": "paid", "FAILED": "failed", "CANCELLED": "cancelled",
		"EXPIRED": "expired", "REJECTED": "not approved", "RETURNED": "returned", "REFUSED": "refused",
	},
	ServiceState: {"": "not opened", "open": "open", "suspended": "suspended", "closed": "closed"},
	Entry: {
		"order_detail": "order detail", "after_sales_detail": "after-sales detail", "app_order_detail": "order detail, app",
		"app_after_sales_detail": "after-sales detail, app", "batch": "batch", "cli": "command line", "backfill": "backfill",
	},
	Confirm: {"sms": "SMS", "exempt": "SMS exemption", "approval": "approval, then SMS"},
	Role: {
		"platform": "platform", "owner": "owner", "agent": "agent", "processor": "payout dispatcher", "sender": "SMS sender",
		"clock": "clock", "auditor": "auditor",
	},
	Permission: {"view": "view", "initiate": "initiate", "export": "export"},
	OrderState: {"before_payment": "not paid yet", "locked": "locked", "cancelling": "being cancelled", "cancelled": "cancelled"},
	Mode:       {"POP-SOP": "POP-SOP", "FBP": "FBP", "LOC": "LOC", "CARD": "card codes", "SCF": "SCF", "FCS": "FCS"},
	EntityType: {
		"jingxi_enterprise": "Jingxi enterprise", "jingxi_sole_trader": "Jingxi sole trader",
		"small_shop_sole_trader": "small-shop sole trader", "natural_person": "natural person",
	},
	Outcome:    {"upheld": "upheld", "dismissed": "dismissed"},
	QuotaState: {"none": "none", "enabled": "enabled", "disabled": "disabled"},
	WalletEntry: {
		"credit": "top-up", "debit": "taken out", "hold": "reserved", "release": "released", "pay": "paid", "return": "returned",
	},
	CommandName: {
		"RegisterMerchant": "register a merchant", "UpdateMerchantProfile": "change a merchant's profile", "InviteMerchant": "invite a merchant",
		"PublishPolicy": "publish a policy", "OpenService": "open the service", "SuspendService": "suspend the service",
		"ResumeService": "resume the service", "CloseService": "close the service",
		"AddAgent": "add an agent", "RemoveAgent": "remove an agent", "GrantPermissions": "grant permissions", "ChangePhone": "change a phone",
		"SetQuota": "set a quota", "EnableQuota": "enable a quota", "DisableQuota": "disable a quota", "RemoveQuota": "remove a quota",
		"SetSMSExemption": "set the SMS exemption",
		"CreditWallet":    "top up the wallet", "DebitWallet": "take out of the wallet", "RecordArrears": "record arrears", "ClearArrears": "clear arrears",
		"RequestPayout": "request a payout", "ConfirmSMS": "confirm by code", "CompareSMS": "compare the code", "ResendSMS": "ask for a new code",
		"RecordSMSSent": "report an SMS as sent", "RecordSMSFailed": "report an SMS as not sent", "CountPhoneSend": "count a message to a phone",
		"ApprovePayout": "approve", "RejectPayout": "not approve", "CancelPayout": "cancel", "ExpirePayout": "expire",
		"SubmitPayout": "hand to a rail", "RecordPaid": "report as paid", "RecordFailed": "report as failed", "RecordUnknown": "report as unknown",
		"RecordReturned": "report as returned", "ObserveRefund": "report a refund",
		"OpenDispute": "open a dispute", "ResolveDispute": "resolve a dispute", "RaiseFinding": "raise a finding", "CloseFinding": "close a finding",
		"RevealPersonalData": "reveal personal data", "ErasePersonalData": "erase personal data",
	},
}

var englishColumns = map[string]string{
	"payout_no": "payout no.", "merchant": "merchant", "status": "status", "failure_code": "why not", "amount": "amount", "currency": "currency",
	"reason": "reason", "reason_label": "reason in words", "order_no": "order no.", "customer_account": "customer account",
	"requested_at": "requested", "confirmed_at": "confirmed", "paid_at": "paid", "requested_by": "requested by", "entry": "entry",
	"confirm_method": "confirmed by", "rail": "rail", "rail_ref": "rail reference", "external": "own number", "order_total": "order total",
	"order_refunded": "order refunded", "revision": "revision", "event_id": "event id", "position": "position",
	"approved_at": "approved", "submitted_at": "handed to the rail", "returned_at": "returned", "changed_at": "last change",

	"effective_at": "effective", "recorded_at": "recorded", "type": "event", "actor": "by", "words": "what happened", "details": "details",
	"stream": "stream", "version": "version", "id": "id", "data": "data", "meta": "metadata",

	"available": "available", "held": "held", "credited": "topped up", "debited": "taken out", "paid": "paid", "returned": "returned",
	"entries": "entries", "wallet.effective_at": "last change", "kind": "entry", "reference": "reference", "arrears": "arrears", "since": "since",

	"agent": "agent", "account": "account", "state": "state", "per_payout": "per payout", "daily_amount": "per day", "daily_count": "payouts a day",
	"monthly_amount": "per month", "day": "latest day", "day_used": "used that day", "day_count": "payouts that day", "left_today": "left today",
	"month": "latest month", "month_used": "used that month", "month_count": "payouts that month", "left_this_month": "left this month",
	"zone": "time zone", "period": "period", "used": "used", "count": "count", "quota.count": "payouts", "limit": "limit", "left": "left", "resets_at": "resets",
	"permissions": "permissions", "phone": "phone", "role": "role", "removed": "removed",

	"part": "part", "name": "name", "outcome": "outcome", "requests": "requests", "rule": "rule", "what": "what", "why": "why", "try": "try",
	"row": "row", "line": "line", "dispute": "dispute", "finding": "finding", "about": "about", "policy": "policy", "label": "label",

	"service": "service", "agreement": "agreement", "agreed_by": "accepted by", "agreed_at": "accepted",
	"policy_version": "policy version", "sms_exempt_max": "no SMS up to", "open_payouts": "open payouts", "invited": "invited",
	"mode": "cooperation mode", "entity_type": "entity type", "self_after_sales": "self-run after-sales",
	"wallet_open": "enterprise wallet open", "owner": "owner", "agents": "agents", "placed_at": "placed",
	"completed_at": "completed", "total": "paid by the customer", "refunded": "refunded", "compensated": "compensated",
	"remaining": "remaining", "payouts": "payouts", "quota": "quota", "can_pay": "can pay", "phone_since": "phone since",
	"code": "code", "expires_at": "valid until", "expired": "expired", "send": "SMS", "opened_at": "opened",
	"resolved_at": "resolved", "recovered": "recovered", "published_at": "published", "idempotency_key": "idempotency key",
	"repeated": "repeated", "value": "value", "source": "from", "flag": "flag", "env": "environment", "default": "default",
	"meaning": "meaning", "command": "command", "commit": "commit", "go": "Go", "system": "system", "rows": "rows",
	"replaced": "replaced",
}
