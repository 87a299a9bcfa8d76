package main

import (
	"fmt"
	"io"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/explain"
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
	Why      string `json:"why"`
	Try      string `json:"try"`

	lines []string // for people, below the first
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

// refused is the error of a verb whose command the ledger refused: a stored
// answer. It waits for nothing, since nothing was started.
func (k *desk) refused(r ledger.Request, receipt ledger.Receipt, no *domain.Refusal) error {
	p := k.refusal(r, receipt.Payout(), no)
	p.Key, p.Position, p.Repeated = r.Key, receipt.Position, receipt.Repeated
	p.Message = k.a.words.say("refused", "command", p.Command, "position", fmt.Sprint(receipt.Position))
	if p.Repeated {
		p.Message = k.a.words.say("key.repeated", "time", k.local(receipt.EffectiveAt))
	}
	return p
}

// refusal puts a refusal into words. asked is the number that a request for a
// payout got.
func (k *desk) refusal(r ledger.Request, asked string, no *domain.Refusal) *problem {
	about := explain.Context{Merchant: r.Merchant, Payout: payoutIn(r.Command), Command: domain.CommandName(r.Command), Zone: k.zone}
	if r.Actor.Role == domain.RoleAgent {
		about.Agent = r.Actor.ID
	}
	p := &problem{Exit: exitRefused, Code: string(no.Outcome()), refusedCommand: refusedCommand{
		Command: about.Command, Merchant: r.Merchant, Payout: about.Payout,
	}}
	if c, ok := r.Command.(domain.RequestPayout); ok {
		p.Payout, about.Order = asked, c.OrderNo
	}
	for _, f := range no.Failures {
		p.Failures = append(p.Failures, k.failing(f, about))
	}
	return p
}

func (k *desk) failing(f domain.Failure, about explain.Context) failing {
	words := explain.Failure(k.a.lang(), f, about)
	out := failing{
		Rule: string(f.Rule), Name: f.Name, Limit: f.Limit, Used: f.Used, Asked: f.Asked, Unit: f.Unit,
		ResetsAt: k.local(f.ResetsAt), Earlier: f.Earlier,
		What: words.What, Why: words.Why, Try: words.Try,
	}
	return out.line(k.a.words["why"], words.Why).line(k.a.words["try"], words.Try)
}

func (f failing) line(label, words string) failing {
	if words != "" {
		f.lines = append(f.lines, label+words)
	}
	return f
}

// print writes a failing rule for people.
func (f failing) print(w io.Writer, paint painter) {
	fmt.Fprintf(w, "%s  %s\n", paint.bad("✗ "+f.Rule), oneLine(f.What))
	for _, line := range f.lines {
		fmt.Fprintf(w, "  %s\n", oneLine(line))
	}
}

// lang is the chosen language.
func (a *app) lang() explain.Lang { return explain.Lang(a.language) }
