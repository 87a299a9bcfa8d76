package domain

import (
	"slices"
	"strings"
)

// checkEligible: the merchant's cooperation mode or entity type must be on one of
// the policy's lists, and neither may be on the lists of those that can't; not
// eligible wins. Without a list of who can, everybody else can.
func checkEligible(r *request) {
	p, profile := r.policy, &r.m.Profile
	switch {
	case slices.Contains(p.IneligibleModes, profile.Mode):
		r.fail(Failure{Rule: RuleMerchantNotEligible, Name: profile.Mode})
	case slices.Contains(p.IneligibleTypes, profile.EntityType):
		r.fail(Failure{Rule: RuleMerchantNotEligible, Name: profile.EntityType})
	case len(p.EligibleModes)+len(p.EligibleTypes) == 0,
		slices.Contains(p.EligibleModes, profile.Mode),
		slices.Contains(p.EligibleTypes, profile.EntityType):
	default:
		r.fail(Failure{Rule: RuleMerchantNotEligible, Name: strings.Trim(profile.Mode+" "+profile.EntityType, " ")})
	}
}

// checkInvited: while the rollout is on, only invited merchants may open. One
// that has opened goes on.
func checkInvited(r *request) {
	opened := r.m.Service == ServiceIsOpen || r.m.Service == ServiceIsSuspended
	if r.policy.Rollout && !r.m.Invited && !opened {
		r.fail(Failure{Rule: RuleRolloutNotInvited})
	}
}

func checkSelfAfterSales(r *request) {
	if r.policy.SelfAfterSales && !r.m.Profile.SelfAfterSales {
		r.fail(Failure{Rule: RuleSelfAfterSalesOff})
	}
}

func checkWalletOpen(r *request) {
	if r.policy.WalletRequired && !r.m.Profile.WalletOpen {
		r.fail(Failure{Rule: RuleWalletNotOpen})
	}
}

// checkAgreement: the version in force must have been accepted.
func checkAgreement(r *request) {
	if v := r.policy.AgreementVersion; v != "" && r.m.Agreement.Version != v {
		r.fail(Failure{Rule: RuleAgreementRequired, Name: v})
	}
}

func checkServiceOpen(r *request) {
	if r.m.Service != ServiceIsOpen {
		r.fail(Failure{Rule: RuleServiceNotOpen, Name: string(r.m.Service)})
	}
}

// allPermissions are what an agent needs, all of them, before it can initiate.
var allPermissions = [...]string{PermissionView, PermissionInitiate, PermissionExport}

// checkPermission: the actor must be the owner, or an agent that holds all three
// permissions.
func checkPermission(r *request) {
	if r.account == nil {
		r.fail(Failure{Rule: RulePermissionMissing, Name: r.actor.String()})
		return
	}
	if !r.agent {
		return
	}
	for _, p := range &allPermissions {
		if !r.account.holds(p) {
			r.fail(Failure{Rule: RulePermissionMissing, Name: missingPermissions(r.account)})
			return
		}
	}
}

func missingPermissions(a *Account) string {
	var missing []string
	for _, p := range &allPermissions {
		if !a.holds(p) {
			missing = append(missing, p)
		}
	}
	return strings.Join(missing, ",")
}
