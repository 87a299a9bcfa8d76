// Package domain holds the rules of goodwill payouts (小額打款): what a merchant
// may do, what an event means, and why a request is refused.
//
// It is pure. It reads no clock, draws no random number and does no I/O: the
// same state, command and Meta always decide the same events, years later too.
// That is what makes a disputed payout replayable.
//
//   - A Command asks; Decide answers with events, and does not change the state.
//   - An Event is a fact; Apply folds it into a Merchant and cannot fail.
//   - A business "no" is an event as well (PayoutRefused, CommandRefused) that
//     lists every failing rule with its figures.
//   - A malformed command (no key, an unknown currency) is an *Invalid error and
//     leaves no trace.
//
// Each command has a file with its events. The rules of RequestPayout are the
// table in rules.go; what leaves memory is in retire.go and needs.go, what expires
// in timers.go, what must always hold in check_state.go.
//
// Everything that one payout decision reads lives in one stream, the merchant's,
// so that a decision is one append at one expected revision.
package domain
