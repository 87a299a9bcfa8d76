package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/vault"
)

func (a *app) agentCommand() *cobra.Command {
	return group("agent", "Agents (sub-accounts) of a merchant", "run",
		a.agentAdd(), a.agentList(), a.agentGrant(), a.agentRemove())
}

func (a *app) agentAdd() *cobra.Command {
	var phone string
	cmd := &cobra.Command{Use: "add AGENT", Short: "Add an agent; it can do nothing yet", Args: cobra.ExactArgs(1)}
	cmd.Flags().StringVar(&phone, "phone", "", "the agent's phone `number`, for codes")
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if phone == "" {
			return usage("give the agent's phone with --phone: its codes go there")
		}
		return d.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			subject, err := k.subject(ctx, vault.Phone, phone)
			return domain.AddAgent{Agent: domain.Operator{ID: args[0], Phone: subject}}, err
		}))
	}
	return cmd
}

// allPermissions are what an agent needs before it can initiate.
var allPermissions = []string{domain.PermissionView, domain.PermissionInitiate, domain.PermissionExport}

func (a *app) agentGrant() *cobra.Command {
	cmd := &cobra.Command{
		Use: "grant AGENT [PERMISSION,…]", Short: "Set an agent's permissions: all three, or those named", Args: cobra.RangeArgs(1, 2),
		Long: "Set an agent's permissions: view, initiate and export, or only those named; none takes all away.\n" +
			"An agent needs all three before it can ask for a payout.",
	}
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		permissions := allPermissions
		if len(args) == 2 {
			permissions = []string{}
			if args[1] != "none" {
				permissions = strings.Split(args[1], ",")
			}
		}
		return d.give(cmd.Context(), just(domain.GrantPermissions{Agent: args[0], Permissions: permissions}))
	}
	return cmd
}

func (a *app) agentRemove() *cobra.Command {
	cmd := &cobra.Command{Use: "rm AGENT", Short: "End an agent's access", Args: cobra.ExactArgs(1)}
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return d.give(cmd.Context(), just(domain.RemoveAgent{Agent: args[0]}))
	}
	return cmd
}

// agentFacts is an agent as scripts read it.
type agentFacts struct {
	Merchant    string   `json:"merchant"`
	Agent       string   `json:"agent"`
	Permissions []string `json:"permissions"`
	CanPay      bool     `json:"can_pay"` // all permissions and an enabled quota
	Quota       string   `json:"quota"`   // none, enabled or disabled
	Phone       string   `json:"phone"`   // masked
	PhoneSince  string   `json:"phone_since"`
}

func (a *app) agentList() *cobra.Command {
	return &cobra.Command{
		Use: "ls", Short: "List agents, what they may do, and their masked phones", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.see(cmd.Context(), a.agentsShow) },
	}
}

func (a *app) agentsShow(ctx context.Context, k *desk, m *domain.Merchant) error {
	var all []agentFacts
	for _, agent := range m.Agents {
		if agent.Removed {
			continue
		}
		f := agentFacts{
			Merchant: m.ID, Agent: agent.ID, Permissions: agent.Permissions, Quota: "none",
			Phone: k.maskedPhone(ctx, agent.Phone.Pseudonym), PhoneSince: k.local(agent.PhoneSince),
		}
		if f.Permissions == nil {
			f.Permissions = []string{}
		}
		if q := agent.Quota; q != nil {
			f.Quota = "disabled"
			if q.Enabled {
				f.Quota = "enabled"
			}
		}
		f.CanPay = len(f.Permissions) == len(allPermissions) && f.Quota == "enabled"
		all = append(all, f)
	}
	slices.SortFunc(all, func(x, y agentFacts) int { return cmp.Compare(x.Agent, y.Agent) })
	return listing[agentFacts]{
		columns: []column{
			{key: "merchant", title: "merchant"}, {key: "agent", title: "agent"}, {key: "permissions", title: "permissions"},
			{key: "quota", title: "quota"}, {key: "can_pay", title: "can pay"}, {key: "phone", title: "phone"}, {key: "phone_since", title: "since", wide: true},
		},
		cells: func(f agentFacts) []string {
			return []string{f.Merchant, f.Agent, strings.Join(f.Permissions, " "), f.Quota, yesNo(f.CanPay), f.Phone, f.PhoneSince}
		},
		rows: each(all), empty: a.words.say("none.quotas"),
	}.show(a)
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
