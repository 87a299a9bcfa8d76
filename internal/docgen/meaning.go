package main

import (
	"slices"
	"strings"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/internal/domaindoc"
)

// common are fields that mean the same wherever they stand. A comment at the field
// itself comes first.
var common = map[string]string{
	"account":          "whose it is: the owner's id or an agent's",
	"agent":            "the agent's id",
	"agreement":        "version that was shown and is accepted",
	"attempt":          "which try of the code, from 1",
	"challenge":        "which code: the payout no. and the number of the code",
	"code":             "what the rail calls the reason",
	"command":          "name of the command",
	"commitment":       "salted hash of the value",
	"completed_at":     "when the order was completed",
	"confirm":          "how it is to be confirmed: `sms`, `exempt`, or `approval` (and then SMS)",
	"customer":         "who is paid",
	"daily_amount":     "the most in a day of the merchant's calendar",
	"daily_count":      "the most payouts in a day of the merchant's calendar",
	"digits":           "length of the code",
	"dispute":          "the dispute's number: the payout no. and which dispute of it this is",
	"excess":           "the limits that are exceeded, with their figures",
	"expires_at":       "until when",
	"failures":         "every failing rule, in order: the first is the outcome",
	"finding":          "the finding's number",
	"id":               "its id",
	"internal_note":    "for colleagues, ≤ 200 characters",
	"label":            "what payouts are called now",
	"matched":          "whether the code is the right one",
	"max":              "up to which amount no SMS is asked for; zero: the exemption is off",
	"merchant":         "the merchant's id",
	"message_id":       "the provider's number of the message",
	"money":            "the amount",
	"monthly_amount":   "the most in a month of the merchant's calendar",
	"name":             "its name",
	"note":             "for the rail",
	"order_no":         "the order's number",
	"outcome":          "`upheld` (the payout was wrong) or `dismissed` (it stands)",
	"owner":            "the main account",
	"payout_no":        "the payout's number",
	"per_payout":       "the most at a time",
	"permissions":      "of `view`, `initiate`, `export`; an agent needs all three to initiate",
	"phone":            "the phone that codes go to",
	"placed_at":        "when the order was placed",
	"policy":           "all limits",
	"provider":         "who sends the SMS",
	"pseudonym":        "stands for the value; the vault knows it",
	"rail":             "what pays",
	"rail_id":          "the rail's own number",
	"rail_note":        "for the rail, ≤ 32 characters",
	"reason":           "why it is paid, e.g. `shipping`",
	"reason_label":     "what the reason is called now",
	"reference":        "where the money comes from, or what it is for",
	"rule":             "code of the rule",
	"self_after_sales": "whether self-run after-sales is on",
	"send":             "which message of the payout, from 1",
	"tries":            "how many codes were typed",
	"version":          "which version, from 1",
	"wallet_open":      "whether the enterprise wallet is open",
	"why":              "in somebody's own words",
}

// special are fields that mean something else in one type.
var special = map[string]string{
	"AddAgent.agent":                 "the new account",
	"AgentAdded.agent":               "the new account",
	"AgreementAccepted.version":      "version of the agreement",
	"FindingRaised.finding":          "the auditor's own number",
	"PayoutSubmitted.reference":      "ours, to the rail: the payout no., for every attempt",
	"SMSChallengeIssued.phone":       "pseudonym of the phone that it goes to",
	"PolicyAdopted.name":             "name of the policy",
	"PolicyPublished.name":           "name of the policy",
	"PublishPolicy.name":             "name of the policy",
	"RegisterMerchant.name":          "the merchant's name",
	"MerchantRegistered.name":        "the merchant's name",
	"UpdateMerchantProfile.name":     "the merchant's name",
	"MerchantProfileChanged.name":    "the merchant's name",
	"ConfirmSMS.Code":                "the code that was typed",
	"wireMeta.effective_at":          "business time: windows, quota days, expiry; it never decreases within a merchant",
	"wireMeta.actor":                 "who gave the command: `role` or `role/account`",
	"wireMeta.key":                   "the command's idempotency key; on its first event alone",
	"wireMeta.fingerprint":           "keyed hash of the command without its SMS code; on its first event alone",
	"wireMeta.events":                "how many events the command led to; on its first event alone",
	"ObserveRefund.money":            "what was refunded",
	"RefundObserved.money":           "what was refunded",
	"Subject.commitment":             "salted hash of the value (HMAC-SHA-256, base64url)",
	"ClearArrears.reference":         "of the payment that settled them",
	"ArrearsCleared.reference":       "of the payment that settled them",
	"RecordArrears.reference":        "of what is owed",
	"ArrearsRecorded.reference":      "of what is owed",
	"OrderFacts.id":                  "the order's number",
	"Operator.id":                    "the account's id",
	"RevealPersonalData.pseudonym":   "whose value is asked for",
	"PersonalDataRevealed.pseudonym": "whose value was shown",
	"ErasePersonalData.pseudonym":    "whose value is to be erased",
	"PersonalDataErased.pseudonym":   "whose value was erased",
}

// instead are fields whose comments speak to readers of the source.
var instead = map[string]string{
	"entry":      "where it was asked for: `" + strings.Join(domain.Entries, "`, `") + "`",
	"order":      "facts of the order from the trusted source; left out where it knows no such order",
	"earlier":    "payout no. of an earlier payout that this one may repeat",
	"buyer_note": "for the customer, ≤ 60 characters",
	"external":   "the caller's own number for the request, e.g. of a claim",
}

// meaning of a field; "" if nobody says.
func meaning(typ string, f domaindoc.Field) string {
	if text := instead[f.Name]; text != "" && typ != "Failure" {
		return text
	}
	for _, text := range []string{special[typ+"."+f.Name], f.Doc, common[f.Name]} {
		if text != "" {
			return prose(text)
		}
	}
	return ""
}

// who gives a command, and what it has to do with others. The pages follow this
// order; a test asks the domain whether each role may.
var who = []struct {
	group    string
	commands []asked
}{
	{"Merchants and policies", []asked{
		{"RegisterMerchant", "platform", ""},
		{"UpdateMerchantProfile", "platform", ""},
		{"InviteMerchant", "platform", ""},
		{"PublishPolicy", "platform", "It is given to the platform's own stream."},
	}},
	{"The service", []asked{
		{"OpenService", "owner", ""},
		{"SuspendService", "owner", ""},
		{"ResumeService", "owner", ""},
		{"CloseService", "owner", ""},
	}},
	{"Agents, phones, quotas", []asked{
		{"AddAgent", "owner", ""},
		{"GrantPermissions", "owner", ""},
		{"RemoveAgent", "owner", ""},
		{"ChangePhone", "owner agent", "An agent changes its own phone alone."},
		{"SetQuota", "owner", ""},
		{"EnableQuota", "owner", ""},
		{"DisableQuota", "owner", ""},
		{"RemoveQuota", "owner", ""},
		{"SetSMSExemption", "owner", ""},
	}},
	{"The wallet", []asked{
		{"CreditWallet", "platform", ""},
		{"DebitWallet", "platform", ""},
		{"RecordArrears", "platform", ""},
		{"ClearArrears", "platform", ""},
	}},
	{"Payouts", []asked{
		{"RequestPayout", "owner agent", ""},
		{"ApprovePayout", "owner platform", "Never by who requested it."},
		{"RejectPayout", "owner platform", ""},
		{"CancelPayout", "owner agent", "An agent cancels its own payouts alone."},
		{"ExpirePayout", "clock platform", ""},
	}},
	{"SMS", []asked{
		{"ConfirmSMS", "owner agent", "An agent confirms its own payouts alone."},
		{"CompareSMS", "owner agent platform processor sender clock auditor", "The ledger alone gives it, under the actor of ConfirmSMS."},
		{"ResendSMS", "owner agent", "An agent asks for codes of its own payouts alone."},
		{"CountPhoneSend", "sender platform", "It is given to the phone's own stream."},
		{"RecordSMSSent", "sender platform", ""},
		{"RecordSMSFailed", "sender platform", ""},
	}},
	{"Outcomes", []asked{
		{"SubmitPayout", "processor platform", ""},
		{"RecordPaid", "processor platform", ""},
		{"RecordFailed", "processor platform", ""},
		{"RecordUnknown", "processor platform", ""},
		{"RecordReturned", "processor platform", ""},
		{"ObserveRefund", "platform", ""},
	}},
	{"Disputes and audit", []asked{
		{"OpenDispute", "owner platform", ""},
		{"ResolveDispute", "owner platform", "The platform alone says that money was recovered."},
		{"RaiseFinding", "auditor", ""},
		{"CloseFinding", "auditor", ""},
		{"RevealPersonalData", "auditor", ""},
		{"ErasePersonalData", "auditor", ""},
	}},
}

// asked is a command with the roles that may give it.
type asked struct{ command, roles, note string }

// find is the type with a name.
func find(all []domaindoc.Type, name string) (domaindoc.Type, bool) {
	i := slices.IndexFunc(all, func(t domaindoc.Type) bool { return t.Name == name })
	if i < 0 {
		return domaindoc.Type{}, false
	}
	return all[i], true
}
