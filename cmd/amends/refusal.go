package main

import (
	"context"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/ledger"
)

// failing is a failing rule as people and scripts meet it: the figures of the
// ledger, and words in the chosen language.
type failing struct {
	Rule     string `json:"rule"`
	Name     string `json:"name,omitempty"`
	Limit    string `json:"limit,omitempty"`
	Used     string `json:"used,omitempty"`
	Asked    string `json:"asked,omitempty"`
	Unit     string `json:"unit,omitempty"`
	ResetsAt string `json:"resets_at,omitempty"` // in the merchant's zone
	Earlier  string `json:"earlier_payout_no,omitempty"`
	What     string `json:"what"`
	Why      string `json:"why,omitempty"`
	Try      string `json:"try,omitempty"`

	figures string
}

// refused is the error of a verb whose command the ledger refused: a stored
// answer. It waits for nothing, since nothing was started.
func (k *desk) refused(_ context.Context, r ledger.Request, receipt ledger.Receipt, no *domain.Refusal) error {
	p := k.refusal(r, no)
	p.Key, p.Position, p.Repeated = r.Key, receipt.Position, receipt.Repeated
	if _, ok := r.Command.(domain.RequestPayout); ok {
		p.Payout = receipt.Payout()
	}
	return p
}

// refusal puts a refusal into words.
func (k *desk) refusal(r ledger.Request, no *domain.Refusal) *problem {
	p := &problem{
		Exit: exitRefused, Code: string(no.Outcome()), Message: k.a.words.say("refused", "command", domain.CommandName(r.Command)),
		Refused: &refusedCommand{Command: domain.CommandName(r.Command), Merchant: r.Merchant, Payout: domain.NamedPayout(r.Command)},
	}
	for _, f := range no.Failures {
		p.Failures = append(p.Failures, k.failing(f))
	}
	return p
}

// refusedCommand says which command was refused.
type refusedCommand struct {
	Command  string              `json:"command,omitempty"`
	Merchant string              `json:"merchant,omitempty"`
	Payout   string              `json:"payout_no,omitempty"`
	Position eventstore.Position `json:"position,omitempty"` // of the stored refusal
	Repeated bool                `json:"repeated,omitempty"`
	DryRun   bool                `json:"dry_run,omitempty"`
}

func (k *desk) failing(f domain.Failure) failing {
	out := failing{
		Rule: string(f.Rule), Name: f.Name, Limit: f.Limit, Used: f.Used, Asked: f.Asked, Unit: f.Unit,
		ResetsAt: k.local(f.ResetsAt), Earlier: f.Earlier, figures: k.figures(f),
	}
	out.What, out.Why, out.Try = k.a.explainFailure(f, k.zone)
	return out
}

// figures is one failing rule with its numbers on a line.
func (k *desk) figures(f domain.Failure) string {
	return k.a.words.say("failure", "rule", string(f.Rule), "name", f.Name, "limit", f.Limit, "used", f.Used,
		"asked", f.Asked, "unit", f.Unit, "resets", k.local(f.ResetsAt), "earlier", f.Earlier)
}
