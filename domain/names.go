package domain

import (
	"encoding/json"
	"fmt"
)

// eventTypes names every event type and version that was ever stored. A line is
// never changed or taken away: what is in a log must decode for ever.
var eventTypes = map[string]func([]byte) (Event, error){
	"MerchantRegistered/1":     decodeEvent[MerchantRegistered],
	"MerchantInvited/1":        decodeEvent[MerchantInvited],
	"PolicyPublished/1":        decodeEvent[PolicyPublished],
	"PolicyAdopted/1":          decodeEvent[PolicyAdopted],
	"AgreementAccepted/1":      decodeEvent[AgreementAccepted],
	"ServiceOpened/1":          decodeEvent[ServiceOpened],
	"ServiceSuspended/1":       decodeEvent[ServiceSuspended],
	"ServiceResumed/1":         decodeEvent[ServiceResumed],
	"ServiceClosed/1":          decodeEvent[ServiceClosed],
	"AgentAdded/1":             decodeEvent[AgentAdded],
	"PermissionsGranted/1":     decodeEvent[PermissionsGranted],
	"AgentRemoved/1":           decodeEvent[AgentRemoved],
	"PhoneChanged/1":           decodeEvent[PhoneChanged],
	"QuotaSet/1":               decodeEvent[QuotaSet],
	"QuotaEnabled/1":           decodeEvent[QuotaEnabled],
	"QuotaDisabled/1":          decodeEvent[QuotaDisabled],
	"QuotaRemoved/1":           decodeEvent[QuotaRemoved],
	"SMSExemptionSet/1":        decodeEvent[SMSExemptionSet],
	"WalletCredited/1":         decodeEvent[WalletCredited],
	"WalletDebited/1":          decodeEvent[WalletDebited],
	"ArrearsRecorded/1":        decodeEvent[ArrearsRecorded],
	"ArrearsCleared/1":         decodeEvent[ArrearsCleared],
	"PayoutRefused/1":          decodeEvent[PayoutRefused],
	"CommandRefused/1":         decodeEvent[CommandRefused],
	"PayoutRequested/1":        decodeEvent[PayoutRequested],
	"SMSChallengeIssued/1":     decodeEvent[SMSChallengeIssued],
	"SMSSent/1":                decodeEvent[SMSSent],
	"SMSSendFailed/1":          decodeEvent[SMSSendFailed],
	"SMSAttempted/1":           decodeEvent[SMSAttempted],
	"SMSConfirmed/1":           decodeEvent[SMSConfirmed],
	"SMSChallengeLocked/1":     decodeEvent[SMSChallengeLocked],
	"PayoutAuthorized/1":       decodeEvent[PayoutAuthorized],
	"PayoutCancelled/1":        decodeEvent[PayoutCancelled],
	"PayoutHeldBack/1":         decodeEvent[PayoutHeldBack],
	"PayoutSubmitted/1":        decodeEvent[PayoutSubmitted],
	"PayoutPaid/1":             decodeEvent[PayoutPaid],
	"PayoutFailed/1":           decodeEvent[PayoutFailed],
	"PayoutOutcomeUnknown/1":   decodeEvent[PayoutOutcomeUnknown],
	"RefundObserved/1":         decodeEvent[RefundObserved],
	"MerchantProfileChanged/1": decodeEvent[MerchantProfileChanged],
	"PhoneSendCounted/1":       decodeEvent[PhoneSendCounted],
	"ApprovalRequested/1":      decodeEvent[ApprovalRequested],
	"PayoutApproved/1":         decodeEvent[PayoutApproved],
	"PayoutRejected/1":         decodeEvent[PayoutRejected],
	"PayoutExpired/1":          decodeEvent[PayoutExpired],
	"PayoutReturned/1":         decodeEvent[PayoutReturned],
	"DuplicateSuspected/1":     decodeEvent[DuplicateSuspected],
	"DisputeOpened/1":          decodeEvent[DisputeOpened],
	"DisputeResolved/1":        decodeEvent[DisputeResolved],
	"FindingRaised/1":          decodeEvent[FindingRaised],
	"FindingClosed/1":          decodeEvent[FindingClosed],
	"PersonalDataRevealed/1":   decodeEvent[PersonalDataRevealed],
	"PersonalDataErased/1":     decodeEvent[PersonalDataErased],
}

// commandName names commands for the fingerprint, CommandRefused and people.
func commandName(c Command) string {
	switch c.(type) {
	case RegisterMerchant:
		return "RegisterMerchant"
	case PublishPolicy:
		return "PublishPolicy"
	case OpenService:
		return "OpenService"
	case AddAgent:
		return "AddAgent"
	case GrantPermissions:
		return "GrantPermissions"
	case SetQuota:
		return "SetQuota"
	case SetSMSExemption:
		return "SetSMSExemption"
	case CreditWallet:
		return "CreditWallet"
	case RequestPayout:
		return "RequestPayout"
	case ConfirmSMS:
		return "ConfirmSMS"
	case CompareSMS:
		return "CompareSMS"
	case RecordSMSSent:
		return "RecordSMSSent"
	case RecordSMSFailed:
		return "RecordSMSFailed"
	case CancelPayout:
		return "CancelPayout"
	case SubmitPayout:
		return "SubmitPayout"
	case RecordPaid:
		return "RecordPaid"
	case RecordFailed:
		return "RecordFailed"
	case RecordUnknown:
		return "RecordUnknown"
	case UpdateMerchantProfile:
		return "UpdateMerchantProfile"
	case InviteMerchant:
		return "InviteMerchant"
	case SuspendService:
		return "SuspendService"
	case ResumeService:
		return "ResumeService"
	case CloseService:
		return "CloseService"
	case RemoveAgent:
		return "RemoveAgent"
	case ChangePhone:
		return "ChangePhone"
	case EnableQuota:
		return "EnableQuota"
	case DisableQuota:
		return "DisableQuota"
	case RemoveQuota:
		return "RemoveQuota"
	case DebitWallet:
		return "DebitWallet"
	case RecordArrears:
		return "RecordArrears"
	case ClearArrears:
		return "ClearArrears"
	case ResendSMS:
		return "ResendSMS"
	case CountPhoneSend:
		return "CountPhoneSend"
	case ApprovePayout:
		return "ApprovePayout"
	case RejectPayout:
		return "RejectPayout"
	case ExpirePayout:
		return "ExpirePayout"
	case RecordReturned:
		return "RecordReturned"
	case ObserveRefund:
		return "ObserveRefund"
	case OpenDispute:
		return "OpenDispute"
	case ResolveDispute:
		return "ResolveDispute"
	case RaiseFinding:
		return "RaiseFinding"
	case CloseFinding:
		return "CloseFinding"
	case RevealPersonalData:
		return "RevealPersonalData"
	case ErasePersonalData:
		return "ErasePersonalData"
	}
	panic(fmt.Sprintf("domain: command %T has no name", c))
}

// eventName is the type name that an event is stored under, and its version.
func eventName(e Event) (string, int) {
	switch e.(type) {
	case MerchantRegistered:
		return "MerchantRegistered", 1
	case MerchantInvited:
		return "MerchantInvited", 1
	case PolicyPublished:
		return "PolicyPublished", 1
	case PolicyAdopted:
		return "PolicyAdopted", 1
	case AgreementAccepted:
		return "AgreementAccepted", 1
	case ServiceOpened:
		return "ServiceOpened", 1
	case ServiceSuspended:
		return "ServiceSuspended", 1
	case ServiceResumed:
		return "ServiceResumed", 1
	case ServiceClosed:
		return "ServiceClosed", 1
	case AgentAdded:
		return "AgentAdded", 1
	case PermissionsGranted:
		return "PermissionsGranted", 1
	case AgentRemoved:
		return "AgentRemoved", 1
	case PhoneChanged:
		return "PhoneChanged", 1
	case QuotaSet:
		return "QuotaSet", 1
	case QuotaEnabled:
		return "QuotaEnabled", 1
	case QuotaDisabled:
		return "QuotaDisabled", 1
	case QuotaRemoved:
		return "QuotaRemoved", 1
	case SMSExemptionSet:
		return "SMSExemptionSet", 1
	case WalletCredited:
		return "WalletCredited", 1
	case WalletDebited:
		return "WalletDebited", 1
	case ArrearsRecorded:
		return "ArrearsRecorded", 1
	case ArrearsCleared:
		return "ArrearsCleared", 1
	case PayoutRefused:
		return "PayoutRefused", 1
	case CommandRefused:
		return "CommandRefused", 1
	case PayoutRequested:
		return "PayoutRequested", 1
	case SMSChallengeIssued:
		return "SMSChallengeIssued", 1
	case SMSSent:
		return "SMSSent", 1
	case SMSSendFailed:
		return "SMSSendFailed", 1
	case SMSAttempted:
		return "SMSAttempted", 1
	case SMSConfirmed:
		return "SMSConfirmed", 1
	case SMSChallengeLocked:
		return "SMSChallengeLocked", 1
	case PayoutAuthorized:
		return "PayoutAuthorized", 1
	case PayoutCancelled:
		return "PayoutCancelled", 1
	case PayoutHeldBack:
		return "PayoutHeldBack", 1
	case PayoutSubmitted:
		return "PayoutSubmitted", 1
	case PayoutPaid:
		return "PayoutPaid", 1
	case PayoutFailed:
		return "PayoutFailed", 1
	case PayoutOutcomeUnknown:
		return "PayoutOutcomeUnknown", 1
	case RefundObserved:
		return "RefundObserved", 1
	case MerchantProfileChanged:
		return "MerchantProfileChanged", 1
	case PhoneSendCounted:
		return "PhoneSendCounted", 1
	case ApprovalRequested:
		return "ApprovalRequested", 1
	case PayoutApproved:
		return "PayoutApproved", 1
	case PayoutRejected:
		return "PayoutRejected", 1
	case PayoutExpired:
		return "PayoutExpired", 1
	case PayoutReturned:
		return "PayoutReturned", 1
	case DuplicateSuspected:
		return "DuplicateSuspected", 1
	case DisputeOpened:
		return "DisputeOpened", 1
	case DisputeResolved:
		return "DisputeResolved", 1
	case FindingRaised:
		return "FindingRaised", 1
	case FindingClosed:
		return "FindingClosed", 1
	case PersonalDataRevealed:
		return "PersonalDataRevealed", 1
	case PersonalDataErased:
		return "PersonalDataErased", 1
	}
	panic(fmt.Sprintf("domain: event %T has no name", e))
}

func decodeEvent[E Event](data []byte) (Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}
