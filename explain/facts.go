package explain

import (
	"strconv"

	"github.com/amends-ledger/amends/domain"
)

// FactsOf reads the facts of an event. Phone stays empty: the event has a
// pseudonym, and the caller knows whether and how to show who it is.
func FactsOf(e domain.Event, actor domain.Actor) Facts {
	f := Facts{}
	switch e := e.(type) {
	case domain.PayoutRequested:
		f.Money, f.Order, f.Day, f.Confirm = e.Money, orderOf(e.PayoutTerms), e.Day, e.Confirm
	case domain.PayoutRefused:
		f.Money, f.Order = e.Money, orderOf(e.PayoutTerms)
	case domain.CommandRefused:
		f.Command, f.Attempt = e.Command, e.Attempt
	case domain.ApprovalRequested:
		f.Expires = e.ExpiresAt
	case domain.PayoutApproved:
		f.Why = e.Why
	case domain.PayoutRejected:
		f.Money, f.Why = e.Money, e.Why
	case domain.PayoutAuthorized:
		f.Confirm = e.By
	case domain.PayoutCancelled:
		f.Money, f.Why = e.Money, e.Why
	case domain.PayoutExpired:
		f.Money, f.State = e.Money, e.State
	case domain.PayoutSubmitted:
		f.Money, f.Rail, f.Reference = e.Money, e.Rail, e.Reference
	case domain.PayoutPaid:
		f.Money, f.Rail, f.RailID = e.Money, e.Rail, e.RailID
	case domain.PayoutFailed:
		f.Money, f.Rail, f.Code, f.Why = e.Money, e.Rail, e.Code, e.Why
	case domain.PayoutOutcomeUnknown:
		f.Rail, f.Why = e.Rail, e.Why
	case domain.PayoutReturned:
		f.Money, f.Rail, f.RailID, f.Code, f.Why = e.Money, e.Rail, e.RailID, e.Code, e.Why
	case domain.DisputeOpened:
		f.Dispute, f.Why = e.Dispute, e.Why
	case domain.DisputeResolved:
		f.Dispute, f.Outcome, f.Why = e.Dispute, e.Outcome, e.Why
		if e.Recovered != nil {
			f.Recovered = *e.Recovered
		}
	default:
		f = factsOfSMS(e)
	}
	f.Type, _ = domain.EventName(e)
	f.Actor = actor
	return f
}

func orderOf(t domain.PayoutTerms) string {
	if t.OrderNo == "" && t.Order != nil {
		return t.Order.ID
	}
	return t.OrderNo
}

func factsOfSMS(e domain.Event) (f Facts) {
	switch e := e.(type) {
	case domain.SMSChallengeIssued:
		f.Send, f.Expires = e.Send, e.ExpiresAt
	case domain.SMSSent:
		f.Send, f.Provider = e.Send, e.Provider
	case domain.SMSSendFailed:
		f.Send, f.Provider, f.Why, f.Retry = e.Send, e.Provider, e.Why, e.RetryAt
	case domain.SMSAttempted:
		f.Attempt = e.Attempt
	case domain.SMSConfirmed:
		f.Attempt = e.Attempt
	case domain.SMSChallengeLocked:
		f.Tries = e.Tries
	default:
		return factsOfMerchant(e)
	}
	return f
}

func factsOfMerchant(e domain.Event) (f Facts) {
	switch e := e.(type) {
	case domain.MerchantRegistered:
		f.Name = e.Name
	case domain.MerchantProfileChanged:
		f.Name = e.Name
	case domain.MerchantInvited:
		f.Why = e.Why
	case domain.PolicyPublished:
		f.Name, f.Version = e.Name, strconv.Itoa(e.Version)
	case domain.PolicyAdopted:
		f.Name, f.Version = e.Name, strconv.Itoa(e.Version)
	case domain.AgreementAccepted:
		f.Version = e.Version
	case domain.ServiceSuspended:
		f.Why = e.Why
	case domain.ServiceClosed:
		f.Why = e.Why
	case domain.AgentAdded:
		f.Account = e.Agent.ID
	case domain.AgentRemoved:
		f.Account = e.Agent
	case domain.PermissionsGranted:
		f.Account, f.Permissions = e.Agent, e.Permissions
	case domain.PhoneChanged:
		f.Account = e.Account
	case domain.QuotaSet:
		f.Account = e.Agent
		f.Quota = domain.Quota{
			Enabled: true, PerPayout: e.PerPayout, DailyAmount: e.DailyAmount, DailyCount: e.DailyCount, MonthlyAmount: e.MonthlyAmount,
		}
	case domain.QuotaEnabled:
		f.Account = e.Agent
	case domain.QuotaDisabled:
		f.Account = e.Agent
	case domain.QuotaRemoved:
		f.Account = e.Agent
	case domain.SMSExemptionSet:
		f.Money = e.Max
	default:
		return factsOfBooks(e)
	}
	return f
}

func factsOfBooks(e domain.Event) (f Facts) {
	switch e := e.(type) {
	case domain.WalletCredited:
		f.Money, f.Reference = e.Money, e.Reference
	case domain.WalletDebited:
		f.Money, f.Reference = e.Money, e.Reference
	case domain.ArrearsRecorded:
		f.Money, f.Reference = e.Money, e.Reference
	case domain.ArrearsCleared:
		f.Reference = e.Reference
	case domain.RefundObserved:
		f.Money, f.Order, f.Reference = e.Money, e.OrderNo, e.Reference
	case domain.DuplicateSuspected:
		f.Order, f.Reference = e.OrderNo, e.Reference
		f.Refunded, f.Compensated, f.Over = e.Refunded, e.Compensated, e.Over
	case domain.FindingRaised:
		f.Finding, f.About, f.Why = e.Finding, e.About, e.Why
	case domain.FindingClosed:
		f.Finding, f.Why = e.Finding, e.Why
	case domain.PersonalDataRevealed:
		f.Why = e.Why
	case domain.PersonalDataErased:
		f.Why = e.Why
	}
	return f
}
