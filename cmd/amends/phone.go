package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/vault"
)

func (a *app) phoneCommand() *cobra.Command {
	return group("phone", "Operators' phones, where codes go", "run", a.phoneShow(), a.phoneChange())
}

// phoneFacts is an operator's phone: masked, and since when.
type phoneFacts struct {
	Merchant string `json:"merchant"`
	Account  string `json:"account"`
	Phone    string `json:"phone"`
	Since    string `json:"since"` // empty: since the beginning
}

func (a *app) phoneShow() *cobra.Command {
	return &cobra.Command{
		Use: "show [ACCOUNT]", Short: "Show a masked phone: the owner's, or an agent's", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.see(cmd.Context(), func(ctx context.Context, k *desk, m *domain.Merchant) error {
				account := &m.Owner
				if len(args) == 1 && args[0] != m.Owner.ID {
					account = m.Agents[args[0]]
				}
				if account == nil || account.Removed {
					return notFound("there is no account "+args[0], a.hint("agent ls"))
				}
				return a.showFacts(phoneFacts{
					m.ID, account.ID, k.maskedPhone(ctx, account.Phone.Pseudonym), k.local(account.PhoneSince),
				})
			})
		},
	}
}

func (a *app) phoneChange() *cobra.Command {
	var account string
	cmd := &cobra.Command{
		Use: "change NUMBER", Short: "Give an operator another phone", Args: cobra.ExactArgs(1),
		Long: "Give an operator another phone: the owner any, an agent its own. Small payouts of that operator\n" +
			"then need an SMS for as long as the policy says, even where they were exempt.",
	}
	cmd.Flags().StringVar(&account, "account", "", "whose phone: the `id` of an agent (default who acts)")
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return d.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			whose := account
			if whose == "" {
				who, err := d.actor()
				if err != nil {
					return nil, err
				}
				if whose = who.ID; who.Role == domain.RoleOwner {
					if err := k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) { whose = m.Owner.ID }); err != nil {
						return nil, err
					}
				}
			}
			subject, err := k.subject(ctx, vault.Phone, args[0])
			return domain.ChangePhone{Account: whose, Phone: subject}, err
		}))
	}
	return cmd
}
