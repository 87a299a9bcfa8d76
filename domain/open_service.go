package domain

// OpenService opens the payout service (開通). The owner accepts the agreement
// (協議) in the version that was shown.
type OpenService struct {
	Agreement string `json:"agreement"`
}

// AgreementAccepted records version, who (Meta.Actor) and when.
type AgreementAccepted struct {
	Version string `json:"version"`
}

// ServiceOpened says that payouts can be requested from now on.
type ServiceOpened struct{}

// ServiceSuspended stops new payouts and submissions.
type ServiceSuspended struct {
	Why string `json:"why,omitempty"`
}

// ServiceResumed undoes ServiceSuspended.
type ServiceResumed struct{}

// ServiceClosed ends the service.
type ServiceClosed struct {
	Why string `json:"why,omitempty"`
}
