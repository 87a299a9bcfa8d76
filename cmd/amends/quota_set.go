package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
)

// amount reads an amount of a flag or argument in the merchant's currency.
func (k *desk) amount(ctx context.Context, text string) (domain.Money, error) {
	currency, err := k.currency(ctx)
	if err != nil {
		return domain.Money{}, err
	}
	m, err := domain.ParseMoney(text, currency)
	if err != nil {
		return m, usage("%v", err)
	}
	return m, nil
}

// currency is the merchant's; of one that is not registered any will do, since the
// ledger refuses whatever is asked for it.
func (k *desk) currency(ctx context.Context) (c domain.Currency, err error) {
	err = k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) { c = m.Profile.Currency })
	if c == "" {
		c = "CNY"
	}
	return c, err
}

// optionalAmount is nil for a flag that is not given.
func (k *desk) optionalAmount(ctx context.Context, text string) (*domain.Money, error) {
	if text == "" {
		return nil, nil
	}
	m, err := k.amount(ctx, text)
	return &m, err
}

func (a *app) quotaSet() *cobra.Command {
	var perPayout, daily, monthly string
	var count int
	var suggested bool
	cmd := &cobra.Command{
		Use: "set AGENT", Short: "Set an agent's quota, and enable it", Args: cobra.ExactArgs(1),
		Long: "Set an agent's quota, all of it: a limit that no flag names does not limit. What was used stays\n" +
			"used. Without an enabled quota an agent can't pay; the owner needs none.",
	}
	f := cmd.Flags()
	f.StringVar(&perPayout, "per-payout", "", "most `amount` of one payout")
	f.StringVar(&daily, "daily", "", "most `amount` a day")
	f.IntVar(&count, "daily-count", 0, "most `payouts` a day")
	f.StringVar(&monthly, "monthly", "", "most `amount` a month")
	f.BoolVar(&suggested, "suggested", false, "begin from the suggested limits; other flags change them")
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !suggested && perPayout == "" && daily == "" && count == 0 && monthly == "" {
			return usage("name at least one limit, or take the --suggested ones")
		}
		return d.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			c := domain.SetQuota{Agent: args[0]}
			if suggested {
				currency, err := k.currency(ctx)
				if err != nil {
					return nil, err
				}
				c = domain.SuggestedQuota(args[0], currency)
			}
			for _, limit := range []struct {
				text string
				to   **domain.Money
			}{{perPayout, &c.PerPayout}, {daily, &c.DailyAmount}, {monthly, &c.MonthlyAmount}} {
				m, err := k.optionalAmount(ctx, limit.text)
				if err != nil {
					return nil, err
				}
				if m != nil {
					*limit.to = m
				}
			}
			if count != 0 {
				c.DailyCount = count
			}
			return c, nil
		}))
	}
	return cmd
}

// quotaSwitch is one of the verbs that change a quota as a whole.
func (a *app) quotaSwitch(use, short string, command func(agent string) domain.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use + " AGENT", Short: short, Args: cobra.ExactArgs(1)}
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return d.give(cmd.Context(), just(command(args[0]))) }
	return cmd
}

func (a *app) quotaVerbs() []*cobra.Command {
	return []*cobra.Command{
		a.quotaSet(),
		a.quotaSwitch("enable", "Let an agent pay again", func(agent string) domain.Command { return domain.EnableQuota{Agent: agent} }),
		a.quotaSwitch("disable", "Stop an agent from paying; the limits stay", func(agent string) domain.Command { return domain.DisableQuota{Agent: agent} }),
		a.quotaSwitch("rm", "Delete an agent's quota", func(agent string) domain.Command { return domain.RemoveQuota{Agent: agent} }),
	}
}

func (a *app) exemptCommand() *cobra.Command {
	set := &cobra.Command{
		Use: "set AMOUNT", Short: "Let payouts up to AMOUNT go without an SMS", Args: cobra.ExactArgs(1),
		Long: "Let payouts up to AMOUNT go without an SMS (小額免密), as far as the policy allows: there is a most\n" +
			"an owner may set, and a most for each account and day. The SMS itself can't be switched off.",
	}
	d := a.deed(set, domain.RoleOwner)
	set.RunE = func(cmd *cobra.Command, args []string) error {
		return d.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			m, err := k.amount(ctx, args[0])
			return domain.SetSMSExemption{Max: m}, err
		}))
	}
	off := &cobra.Command{Use: "off", Short: "Ask for an SMS at every payout again", Args: cobra.NoArgs}
	switchOff := a.deed(off, domain.RoleOwner)
	off.RunE = func(cmd *cobra.Command, _ []string) error {
		return switchOff.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			currency, err := k.currency(ctx)
			return domain.SetSMSExemption{Max: domain.Money{Currency: currency}}, err
		}))
	}
	return group("sms-exempt", "Payouts that are small enough to need no SMS", "run", set, off)
}
