package main

import (
	"strings"
)

// words are the texts of one language, by key. A text may have {places}, which say
// fills in; a place without value takes the square brackets around it with it:
// "paid[ by {rail}]" is "paid" where no rail is known.
type words map[string]string

// say is the text under key with its places filled: pairs of name and value. A
// key that a language does not have is shown as it is, so nothing is hidden.
func (w words) say(key string, pairs ...string) string {
	text, ok := w[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = fill(text, pairs[i], pairs[i+1])
	}
	return strings.NewReplacer("[", "", "]", "").Replace(text)
}

// fill puts value into {name}, or takes the bracketed part around it out.
func fill(text, name, value string) string {
	place := "{" + name + "}"
	for at := strings.Index(text, place); at >= 0; at = strings.Index(text, place) {
		if value == "" {
			if open := strings.LastIndexByte(text[:at], '['); open >= 0 {
				if end := strings.IndexByte(text[at:], ']'); end >= 0 {
					text = text[:open] + text[at+end+1:]
					continue
				}
			}
		}
		text = text[:at] + strings.NewReplacer("[", "(", "]", ")", "{", "(").Replace(value) + text[at+len(place):]
	}
	return text
}

// reason is the name of a payout's reason for people. Reasons are an open list:
// one that is not known is its own name.
func (w words) reason(code string) string {
	if label, ok := w["reason."+code]; ok {
		return label
	}
	return code
}

// english is complete: other languages are checked against it.
var english = words{
	"step.PayoutRequested":           "{who} asked for {money}: reserved in the wallet[, counted in the quota of {day}]",
	"step.PayoutRefused":             "{who} asked for {money}: refused",
	"step.CommandRefused":            "{command} by {who}: refused",
	"step.PolicyAdopted":             "limits changed",
	"step.SMSChallengeIssued":        "a code is asked for[ from {phone}][, valid until {expires}]",
	"step.SMSSent":                   "SMS {send} was sent[ by {provider}]",
	"step.SMSSendFailed":             "SMS {send} could not be sent[ by {provider}][: {why}]",
	"step.SMSAttempted":              "a code was handed in: try {attempt}",
	"step.SMSConfirmed":              "the code is right",
	"step.SMSChallengeLocked":        "locked after {tries} tries",
	"step.PayoutAuthorized.sms":      "authorised: confirmed by SMS",
	"step.PayoutAuthorized.exempt":   "authorised: small enough to need no SMS",
	"step.PayoutAuthorized.approval": "authorised: approved by the owner",
	"step.PayoutHeldBack":            "held back",
	"step.PayoutSubmitted":           "handed to the rail {rail} under reference {reference}",
	"step.PayoutPaid":                "paid by {rail}[, its number is {railid}]",
	"step.PayoutFailed":              "failed at {rail}[: {code}][, {why}]: the money is back in the wallet",
	"step.PayoutOutcomeUnknown":      "{rail} has not said what became of it[: {why}]; the money stays reserved",
	"step.PayoutCancelled":           "cancelled[: {why}]: the money is back in the wallet",

	"who.owner":     "the owner",
	"who.agent":     "agent {id}",
	"who.platform":  "the platform",
	"who.processor": "the payout dispatcher",
	"who.sender":    "the SMS sender",
	"who.clock":     "the clock",
	"who.auditor":   "the auditor",

	"failure":                 "{rule}[: {name}][, limit {limit}][, used {used}][, asked {asked}][ {unit}][, resets {resets}][, earlier {earlier}]",
	"reason.price_difference": "price difference",
	"reason.shipping":         "shipping",
	"reason.activity":         "promotion",
	"reason.goods_payment":    "payment for goods",
	"reason.quality":          "quality",
	"reason.other":            "other",

	"none.payouts":      "no payouts",
	"none.wallets":      "no wallets",
	"none.quotas":       "no agents",
	"demo.rail":         "demo rail: no real money",
	"events.none":       "no events",
	"payouts.more":      "… and more: --limit 0 lists all, --search, --status, --from and --to narrow",
	"export.done":       "{rows} records[, {sum}], to {file}; what is in it: {file}.manifest.json",
	"backfill.appended": "{events} events appended in {seconds} s",
}
