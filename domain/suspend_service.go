package domain

// SuspendService stops new payouts and submissions until ResumeService.
type SuspendService struct {
	Why string `json:"why,omitempty"`
}

// ResumeService undoes SuspendService. What was held back goes on.
type ResumeService struct{}

// ServiceSuspended is the answer to SuspendService.
type ServiceSuspended SuspendService

// ServiceResumed is the answer to ResumeService.
type ServiceResumed ResumeService

func (c SuspendService) decide(m *Merchant, meta Meta) ([]Event, error) {
	if err := checkText("why", c.Why, MaxWhyChars); err != nil {
		return nil, err
	}
	if failures := m.ownerOnly(meta); failures != nil {
		return refuse(c, "", failures...), nil
	}
	switch m.Service {
	case ServiceIsOpen:
		return []Event{ServiceSuspended(c)}, nil
	case ServiceIsSuspended:
		return nil, nil
	}
	return refuse(c, "", m.serviceNotOpen()), nil
}

func (c ResumeService) decide(m *Merchant, meta Meta) ([]Event, error) {
	if failures := m.ownerOnly(meta); failures != nil {
		return refuse(c, "", failures...), nil
	}
	switch m.Service {
	case ServiceIsSuspended:
		return []Event{ServiceResumed(c)}, nil
	case ServiceIsOpen:
		return nil, nil
	}
	return refuse(c, "", m.serviceNotOpen()), nil
}

func (m *Merchant) serviceNotOpen() Failure {
	return Failure{Rule: RuleServiceNotOpen, Name: string(m.Service)}
}

func (e ServiceSuspended) apply(m *Merchant, _ Meta) { m.Service = ServiceIsSuspended }
func (e ServiceResumed) apply(m *Merchant, _ Meta)   { m.Service = ServiceIsOpen }
