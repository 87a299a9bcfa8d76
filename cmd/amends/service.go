package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
)

func (a *app) serviceCommand() *cobra.Command {
	return group("service", "The payout service of a merchant", "run",
		a.serviceOpen(), a.serviceStatus(), a.serviceSuspend(), a.serviceResume(), a.serviceClose())
}

func (a *app) serviceOpen() *cobra.Command {
	var agreement string
	cmd := &cobra.Command{
		Use: "open", Short: "Accept the agreement and open the service", Args: cobra.NoArgs,
		Long: "Accept the agreement in the version that the owner has read, and open the service. Which version,\n" +
			"who and when is recorded.",
	}
	cmd.Flags().StringVar(&agreement, "agreement", "", "`version` of the agreement that the owner accepts")
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if agreement == "" {
			return usage("name the version of the agreement that the owner has read and accepts, with --agreement")
		}
		return d.give(cmd.Context(), just(domain.OpenService{Agreement: agreement}))
	}
	return cmd
}

func (a *app) serviceSuspend() *cobra.Command {
	var why string
	cmd := &cobra.Command{Use: "suspend", Short: "Stop new payouts and submissions until resume", Args: cobra.NoArgs}
	cmd.Flags().StringVar(&why, "why", "", "`reason`, for the record")
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return d.give(cmd.Context(), just(domain.SuspendService{Why: why}))
	}
	return cmd
}

func (a *app) serviceResume() *cobra.Command {
	cmd := &cobra.Command{Use: "resume", Short: "Undo suspend; what was held back goes on", Args: cobra.NoArgs}
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return d.give(cmd.Context(), just(domain.ResumeService{}))
	}
	return cmd
}

func (a *app) serviceClose() *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use: "close", Short: "End the service; open payouts are cancelled", Args: cobra.NoArgs,
		Long: "End the service. Payouts that are not yet submitted are cancelled; while one is at a rail, or\n" +
			"its outcome is not known, this is refused. The service can be opened again.",
	}
	cmd.Flags().StringVar(&why, "why", "", "`reason`, for the record")
	d := a.deed(cmd, domain.RoleOwner)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return d.give(cmd.Context(), just(domain.CloseService{Why: why}))
	}
	return cmd
}

// serviceFacts is where a merchant's service stands.
type serviceFacts struct {
	Merchant    string `json:"merchant"`
	Service     string `json:"service"`
	Agreement   string `json:"agreement"`
	AgreedBy    string `json:"agreed_by"`
	AgreedAt    string `json:"agreed_at"`
	Policy      string `json:"policy"`
	Version     int    `json:"policy_version"`
	ExemptUpTo  string `json:"sms_exempt_max"`
	Available   string `json:"available"`
	Held        string `json:"held"`
	Arrears     string `json:"arrears"`
	OpenPayouts int    `json:"open_payouts"`
}

func (a *app) serviceStatus() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show whether the service is open, and what blocks payouts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.see(cmd.Context(), func(_ context.Context, k *desk, m *domain.Merchant) error {
				f := factsOf(m, k.zone)
				return a.showFacts(serviceFacts{
					f.Merchant, f.Service, f.Agreement, f.AgreedBy, f.AgreedAt, f.Policy, f.Adopted, f.ExemptUpTo,
					f.Available, f.Held, f.Arrears, f.OpenPayouts,
				})
			})
		},
	}
}
