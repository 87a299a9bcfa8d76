package policy

import "github.com/amends-ledger/amends/domain"

const (
	sectionExemption = "Small amounts without SMS (小額免密)"
	sectionSMS       = "SMS codes"
	sectionTime      = "How long things wait"
	sectionWords     = "What it is called"
)

var exemptionKeys = []Key{
	{
		Name: "sms_exempt_max", Section: sectionExemption, More: Looser, AbsentIsTightest: true, Example: `"20.00"`,
		Meaning: "Up to which amount an owner may exempt payouts from the SMS. Where it is left out, nobody may.",
		Reason:  "the exemption is off; a platform that wants it sets 20.00 or less",
		field:   func(p *domain.Policy) any { return &p.SMSExemptMax },
	},
	{
		Name: "sms_exempt_daily_count", Section: sectionExemption, Unit: payouts, More: Looser,
		Meaning: "Exempt payouts of one account in a day; the next one asks for a code.",
		Reason:  "a threshold alone is passed by splitting",
		field:   func(p *domain.Policy) any { return &p.SMSExemptDailyCount },
	},
	{
		Name: "sms_exempt_daily_amount", Section: sectionExemption, More: Looser,
		Meaning: "The amount of one account's exempt payouts in a day; over it a code is asked for.",
		Reason:  "a threshold alone is passed by splitting",
		field:   func(p *domain.Policy) any { return &p.SMSExemptDailyAmount },
	},
	{
		Name: "sms_exempt_phone_hours", Section: sectionExemption, Unit: hours, More: Tighter,
		Meaning: "So long after its phone was changed, an account has no exemption.",
		Reason:  "taking over a phone is how a second factor is stolen",
		field:   func(p *domain.Policy) any { return &p.SMSExemptPhoneHours },
	},
}

var smsKeys = []Key{
	{
		Name: "sms_digits", Section: sectionSMS, Unit: digits, More: Tighter, BuiltIn: domain.DefaultSMSDigits,
		Meaning: "The length of a code.",
		Reason:  "with at most 20 wrong codes a day, guessing succeeds on 2 days of 100,000",
		field:   func(p *domain.Policy) any { return &p.SMSDigits },
	},
	{
		Name: "sms_seconds", Section: sectionSMS, Unit: seconds, More: Looser, BuiltIn: domain.DefaultSMSSeconds,
		Meaning: "How long a code can be used.",
		Reason:  "the strictest of the carriers' rules",
		field:   func(p *domain.Policy) any { return &p.SMSSeconds },
	},
	{
		Name: "sms_tries", Section: sectionSMS, Unit: tries, More: Looser, BuiltIn: domain.DefaultSMSTries,
		Meaning: "Wrong codes after which the payout is locked until a new code is asked for.",
		Reason:  "enough for a slip of the finger, too few to guess",
		field:   func(p *domain.Policy) any { return &p.SMSTries },
	},
	{
		Name: "sms_resend_seconds", Section: sectionSMS, Unit: seconds, More: Tighter,
		Meaning: "How long to wait before a new code can be asked for.",
		Reason:  "the strictest of the carriers' rules",
		field:   func(p *domain.Policy) any { return &p.SMSResendSeconds },
	},
	{
		Name: "sms_sends_max", Section: sectionSMS, Unit: codes, More: Looser,
		Meaning: "Codes for one payout.",
		Reason:  "the strictest of the carriers' rules",
		field:   func(p *domain.Policy) any { return &p.SMSSendsMax },
	},
	{
		Name: "sms_phone_hour_max", Section: sectionSMS, Unit: codes, More: Looser,
		Meaning: "Codes to one phone in any 60 minutes, whichever merchants ask.",
		Reason:  "the strictest of the carriers' rules",
		field:   func(p *domain.Policy) any { return &p.SMSPhoneHourMax },
	},
	{
		Name: "sms_phone_day_max", Section: sectionSMS, Unit: codes, More: Looser,
		Meaning: "Codes to one phone in any 24 hours, whichever merchants ask.",
		Reason:  "the strictest of the carriers' rules",
		field:   func(p *domain.Policy) any { return &p.SMSPhoneDayMax },
	},
	{
		Name: "sms_phone_failures_max", Section: sectionSMS, Unit: tries, More: Looser,
		Meaning: "Wrong codes from one phone in a day of the merchant's calendar, over all payouts.",
		Reason:  "20 guesses a day at a code of 6 digits succeed on 2 days of 100,000",
		field:   func(p *domain.Policy) any { return &p.SMSPhoneFailures },
	},
}

var timeKeys = []Key{
	{
		Name: "expire_sms_minutes", Section: sectionTime, Unit: minutes, BuiltIn: domain.DefaultExpireSMSMinutes,
		Meaning: "A payout whose code nobody types expires so long after its last code.",
		Reason:  "nothing reserves money for ever",
		field:   func(p *domain.Policy) any { return &p.ExpireSMSMinutes },
	},
	{
		Name: "expire_approval_hours", Section: sectionTime, Unit: hours, BuiltIn: domain.DefaultExpireApprovalHours,
		Meaning: "A payout that nobody approves expires so long after it was requested.",
		Reason:  "nothing reserves money for ever; somebody looks within a day",
		field:   func(p *domain.Policy) any { return &p.ExpireApprovalHours },
	},
	{
		Name: "expire_authorized_hours", Section: sectionTime, Unit: hours, BuiltIn: domain.DefaultExpireAuthorizedHours,
		Meaning: "A payout that is authorised but held back, by arrears or a suspended service, expires after so long.",
		Reason:  "nothing reserves money for ever; 72 hours span a weekend",
		field:   func(p *domain.Policy) any { return &p.ExpireAuthorizedHours },
	},
	{
		Name: "return_days", Section: sectionTime, Unit: days, BuiltIn: domain.DefaultReturnDays,
		Meaning: "How long after it was paid a payout can come back. A day is 24 hours.",
		Reason:  "half a year; after that the books of the payout are closed",
		field:   func(p *domain.Policy) any { return &p.ReturnDays },
	},
}

var wordKeys = []Key{
	{
		Name: "label", Section: sectionWords,
		Meaning: "What payouts are called to people. Each payout keeps the label that it was requested under.",
		Reason:  "today's name; the service was called 商家直賠 (direct compensation) before",
		field:   func(p *domain.Policy) any { return &p.Label },
	},
	{
		Name: "reason_labels", Section: sectionWords,
		Meaning: "What reasons are called to people, by code. Each payout keeps the label that it was requested under.",
		field:   func(p *domain.Policy) any { return &p.ReasonLabels },
	},
}
