package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/vault"
)

func (a *app) merchantCommand() *cobra.Command {
	return group("merchant", "Merchants, as the platform knows them", "run",
		a.merchantRegister(), a.merchantShow(), a.merchantInvite(), a.merchantProfile())
}

// nameMerchant lets a verb about a merchant take its id as its argument too.
func (a *app) nameMerchant(args []string) error {
	switch {
	case len(args) == 0:
	case a.merchant != "" && a.merchant != args[0]:
		return usage("two merchants are named: %s and %s", args[0], a.merchant)
	default:
		a.merchant = args[0]
	}
	return nil
}

// profileFlags are what the platform says of a merchant.
type profileFlags struct {
	name, mode, entity, zone, currency, policy string
	selfAfterSales, walletOpen                 bool
}

func (p *profileFlags) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.name, "name", "", "`name` for people")
	f.StringVar(&p.mode, "mode", "", "cooperation `mode`, such as POP-SOP")
	f.StringVar(&p.entity, "entity-type", "", "entity `type`, such as jingxi_enterprise")
	f.BoolVar(&p.selfAfterSales, "self-after-sales", false, "it runs after-sales itself")
	f.BoolVar(&p.walletOpen, "wallet-open", false, "its enterprise wallet is open")
	f.StringVar(&p.zone, "zone", "Asia/Shanghai", "IANA time `zone` of its days and months")
	f.StringVar(&p.currency, "currency", "CNY", "ISO 4217 `code` of its wallet; can't change later")
	f.StringVar(&p.policy, "policy", "standard", "`name` of the platform policy it is under")
}

func (p *profileFlags) profile() domain.Profile {
	return domain.Profile{
		Name: p.name, Mode: p.mode, EntityType: p.entity, SelfAfterSales: p.selfAfterSales, WalletOpen: p.walletOpen,
		Zone: p.zone, Currency: domain.Currency(p.currency), Policy: p.policy,
	}
}

func (a *app) merchantRegister() *cobra.Command {
	var p profileFlags
	var owner, phone string
	cmd := &cobra.Command{Use: "register [ID]", Short: "Make a merchant known, with its owner account", Args: cobra.MaximumNArgs(1)}
	p.flags(cmd)
	cmd.Flags().StringVar(&owner, "owner", "owner", "`id` of the owner's account")
	cmd.Flags().StringVar(&phone, "phone", "", "the owner's phone `number`, for codes")
	d := a.deed(cmd, domain.RolePlatform)
	d.begins = true
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.nameMerchant(args); err != nil {
			return err
		}
		if a.merchant == "" || phone == "" {
			return usage("name the merchant, and its owner's phone with --phone")
		}
		return d.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			subject, err := k.subject(ctx, vault.Phone, phone)
			return domain.RegisterMerchant{Profile: p.profile(), Owner: domain.Operator{ID: owner, Phone: subject}}, err
		}))
	}
	return cmd
}

func (a *app) merchantInvite() *cobra.Command {
	var why string
	cmd := &cobra.Command{Use: "invite [ID]", Short: "Let a merchant open the service while the rollout is on", Args: cobra.MaximumNArgs(1)}
	cmd.Flags().StringVar(&why, "why", "", "`reason`, for the record")
	d := a.deed(cmd, domain.RolePlatform)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.nameMerchant(args); err != nil {
			return err
		}
		return d.give(cmd.Context(), just(domain.InviteMerchant{Why: why}))
	}
	return cmd
}

// merchantProfile changes what is named and keeps the rest: a profile is stored
// whole, but who changes a name must not have to know everything else.
func (a *app) merchantProfile() *cobra.Command {
	var p profileFlags
	cmd := &cobra.Command{
		Use: "profile [ID]", Short: "Change what the platform says of a merchant", Args: cobra.MaximumNArgs(1),
		Long: "Change what the platform says of a merchant: what a flag names; the rest stays.",
	}
	p.flags(cmd)
	d := a.deed(cmd, domain.RolePlatform)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := a.nameMerchant(args); err != nil {
			return err
		}
		given := cmd.Flags().Changed
		return d.give(cmd.Context(), ofMerchant(func(ctx context.Context, k *desk) (domain.Command, error) {
			var now domain.Profile
			if err := k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) { now = m.Profile }); err != nil {
				return nil, err
			}
			said := p.profile()
			if now.Zone == "" { // not registered: the ledger says so
				return domain.UpdateMerchantProfile{Profile: said}, nil
			}
			for _, f := range []struct {
				flag string
				set  func()
			}{
				{"name", func() { now.Name = said.Name }}, {"mode", func() { now.Mode = said.Mode }},
				{"entity-type", func() { now.EntityType = said.EntityType }}, {"zone", func() { now.Zone = said.Zone }},
				{"self-after-sales", func() { now.SelfAfterSales = said.SelfAfterSales }},
				{"wallet-open", func() { now.WalletOpen = said.WalletOpen }},
				{"currency", func() { now.Currency = said.Currency }}, {"policy", func() { now.Policy = said.Policy }},
			} {
				if given(f.flag) {
					f.set()
				}
			}
			return domain.UpdateMerchantProfile{Profile: now}, nil
		}))
	}
	return cmd
}

// merchantFacts is a merchant as scripts read it.
type merchantFacts struct {
	Merchant       string `json:"merchant"`
	Name           string `json:"name"`
	Mode           string `json:"mode"`
	EntityType     string `json:"entity_type"`
	SelfAfterSales bool   `json:"self_after_sales"`
	WalletOpen     bool   `json:"wallet_open"`
	Zone           string `json:"zone"`
	Currency       string `json:"currency"`
	Policy         string `json:"policy"`
	Adopted        int    `json:"policy_version"` // 0 before the first decision under it
	Invited        bool   `json:"invited"`
	Service        string `json:"service"`
	Agreement      string `json:"agreement"`
	AgreedBy       string `json:"agreed_by"`
	AgreedAt       string `json:"agreed_at"`
	Owner          string `json:"owner"`
	Agents         int    `json:"agents"`
	ExemptUpTo     string `json:"sms_exempt_max"`
	Available      string `json:"available"`
	Held           string `json:"held"`
	Arrears        string `json:"arrears"`
	OpenPayouts    int    `json:"open_payouts"`
	Revision       int64  `json:"revision"`
}

func factsOf(m *domain.Merchant, zone *time.Location) merchantFacts {
	minor := func(n int64) string { return money(n, string(m.Profile.Currency)) }
	f := merchantFacts{
		Merchant: m.ID, Name: m.Profile.Name, Mode: m.Profile.Mode, EntityType: m.Profile.EntityType,
		SelfAfterSales: m.Profile.SelfAfterSales, WalletOpen: m.Profile.WalletOpen, Zone: m.Profile.Zone,
		Currency: string(m.Profile.Currency), Policy: m.Profile.Policy, Adopted: m.Adopted.Version, Invited: m.Invited,
		Service: string(m.Service), Agreement: m.Agreement.Version, Owner: m.Owner.ID,
		ExemptUpTo: minor(m.Exemption.Minor), Available: minor(m.Wallet.Available), Held: minor(m.Wallet.Held),
		Arrears: minor(m.Arrears), OpenPayouts: m.OpenPayouts, Revision: m.Rev,
	}
	if m.Service == domain.ServiceIsNone {
		f.Service = "none"
	}
	if m.Agreement.Version != "" {
		f.AgreedBy, f.AgreedAt = m.Agreement.By.String(), m.Agreement.At.In(zone).Format(time.RFC3339)
	}
	for _, agent := range m.Agents {
		if !agent.Removed {
			f.Agents++
		}
	}
	return f
}

// see calls look with the state of the merchant that a verb names, without giving
// a command; a merchant that does not exist is not found.
func (a *app) see(ctx context.Context, look func(context.Context, *desk, *domain.Merchant) error) error {
	return a.act(ctx, false, func(ctx context.Context, k *desk) error {
		if err := k.atNamed(ctx); err != nil {
			return err
		}
		var state []byte
		if err := k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) {
			if m.Registered {
				state = keepAccounts(m)
			}
		}); err != nil {
			return err
		}
		if state == nil {
			return notFound("there is no merchant "+k.merchant, "amends merchant register")
		}
		m, err := domain.UnmarshalState(state)
		if err != nil {
			return err
		}
		return look(ctx, k, m)
	})
}

// keepAccounts copies a state without its records, which may be many.
func keepAccounts(m *domain.Merchant) []byte {
	few := *m
	few.Orders, few.Payouts, few.Customers = nil, nil, nil
	state, err := few.MarshalState()
	if err != nil {
		panic("amends: the state of a merchant can't be encoded: " + err.Error())
	}
	return state
}

func (a *app) merchantShow() *cobra.Command {
	return &cobra.Command{
		Use: "show [ID]", Short: "Show a merchant's profile, service, wallet and what is open", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.nameMerchant(args); err != nil {
				return err
			}
			return a.see(cmd.Context(), func(_ context.Context, k *desk, m *domain.Merchant) error {
				return a.showFacts(factsOf(m, k.zone))
			})
		},
	}
}
