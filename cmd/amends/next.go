package main

import (
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/amends-ledger/amends/domain"
)

// cells is how many cells of a terminal a text takes.
func cells(s string) int { return text.StringWidth(s) }

// next adds what somebody who did this usually types next.
func (k *desk) next(ans *answer, m *domain.Merchant, events []domain.Event) {
	add := func(parts ...string) { ans.Next = append(ans.Next, k.a.hint(parts...)) }
	if len(events) == 0 {
		return
	}
	switch e := events[len(events)-1].(type) {
	case domain.PolicyPublished:
		add("merchant register ID --policy", quoted(e.Name), "--owner NAME --phone NUMBER")
		return
	case domain.MerchantRegistered, domain.MerchantInvited, domain.MerchantProfileChanged:
		if m.Service == domain.ServiceIsNone {
			k.a.merchant = m.ID
			add("service open --agreement VERSION")
		}
		return
	case domain.ServiceOpened:
		if m.Wallet.Credited == 0 {
			add("wallet credit AMOUNT --reference NUMBER")
		}
		if len(m.Agents) == 0 {
			add("agent add ID --phone NUMBER")
		}
		return
	case domain.AgentAdded:
		add("agent grant", quoted(e.Agent.ID), "--all")
		return
	case domain.PermissionsGranted:
		if a := m.Agents[e.Agent]; a != nil && a.Quota == nil && len(a.Permissions) > 0 {
			add("quota set", quoted(e.Agent), "--suggested")
		}
		return
	case domain.QuotaSet, domain.QuotaEnabled:
		add("request --as agent/ID --order NUMBER --amount AMOUNT --reason shipping")
		return
	case domain.ArrearsRecorded:
		add("wallet arrears clear --reference NUMBER")
		return
	}
	p := m.Payouts[ans.Payout]
	if p == nil {
		return
	}
	switch {
	case p.State == domain.AwaitingSMS:
		add("inbox")
		add("confirm", p.No, "CODE")
	case p.State == domain.AwaitingApproval:
		if p.By.Role == domain.RoleOwner {
			add("approve", p.No, "--as platform")
		} else {
			add("approve", p.No)
		}
	case p.State == domain.Authorized && p.HeldBack && m.Arrears > 0:
		add("wallet arrears show")
	case p.State == domain.Authorized && p.HeldBack:
		add("service resume")
	default:
		add("payouts show", p.No)
	}
}
