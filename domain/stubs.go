package domain

func (e MerchantRegistered) apply(m *Merchant, meta Meta)                 {}
func (e MerchantInvited) apply(m *Merchant, meta Meta)                    {}
func (e PolicyPublished) apply(m *Merchant, meta Meta)                    {}
func (e PolicyAdopted) apply(m *Merchant, meta Meta)                      {}
func (e AgreementAccepted) apply(m *Merchant, meta Meta)                  {}
func (e ServiceOpened) apply(m *Merchant, meta Meta)                      {}
func (e ServiceSuspended) apply(m *Merchant, meta Meta)                   {}
func (e ServiceResumed) apply(m *Merchant, meta Meta)                     {}
func (e ServiceClosed) apply(m *Merchant, meta Meta)                      {}
func (e AgentAdded) apply(m *Merchant, meta Meta)                         {}
func (e PermissionsGranted) apply(m *Merchant, meta Meta)                 {}
func (e AgentRemoved) apply(m *Merchant, meta Meta)                       {}
func (e PhoneChanged) apply(m *Merchant, meta Meta)                       {}
func (e QuotaSet) apply(m *Merchant, meta Meta)                           {}
func (e QuotaEnabled) apply(m *Merchant, meta Meta)                       {}
func (e QuotaDisabled) apply(m *Merchant, meta Meta)                      {}
func (e QuotaRemoved) apply(m *Merchant, meta Meta)                       {}
func (e SMSExemptionSet) apply(m *Merchant, meta Meta)                    {}
func (e WalletCredited) apply(m *Merchant, meta Meta)                     {}
func (e WalletDebited) apply(m *Merchant, meta Meta)                      {}
func (e ArrearsRecorded) apply(m *Merchant, meta Meta)                    {}
func (e ArrearsCleared) apply(m *Merchant, meta Meta)                     {}
func (e PayoutRefused) apply(m *Merchant, meta Meta)                      {}
func (e CommandRefused) apply(m *Merchant, meta Meta)                     {}
func (e PayoutRequested) apply(m *Merchant, meta Meta)                    {}
func (e SMSChallengeIssued) apply(m *Merchant, meta Meta)                 {}
func (e SMSSent) apply(m *Merchant, meta Meta)                            {}
func (e SMSSendFailed) apply(m *Merchant, meta Meta)                      {}
func (e SMSAttempted) apply(m *Merchant, meta Meta)                       {}
func (e SMSConfirmed) apply(m *Merchant, meta Meta)                       {}
func (e SMSChallengeLocked) apply(m *Merchant, meta Meta)                 {}
func (e PayoutAuthorized) apply(m *Merchant, meta Meta)                   {}
func (e PayoutCancelled) apply(m *Merchant, meta Meta)                    {}
func (e PayoutHeldBack) apply(m *Merchant, meta Meta)                     {}
func (e PayoutSubmitted) apply(m *Merchant, meta Meta)                    {}
func (e PayoutPaid) apply(m *Merchant, meta Meta)                         {}
func (e PayoutFailed) apply(m *Merchant, meta Meta)                       {}
func (e PayoutOutcomeUnknown) apply(m *Merchant, meta Meta)               {}
func (e RefundObserved) apply(m *Merchant, meta Meta)                     {}
func (c RegisterMerchant) decide(m *Merchant, meta Meta) ([]Event, error) { panic("stub") }
func (c PublishPolicy) decide(m *Merchant, meta Meta) ([]Event, error)    { panic("stub") }
func (c OpenService) decide(m *Merchant, meta Meta) ([]Event, error)      { panic("stub") }
func (c AddAgent) decide(m *Merchant, meta Meta) ([]Event, error)         { panic("stub") }
func (c GrantPermissions) decide(m *Merchant, meta Meta) ([]Event, error) { panic("stub") }
func (c SetQuota) decide(m *Merchant, meta Meta) ([]Event, error)         { panic("stub") }
func (c SetSMSExemption) decide(m *Merchant, meta Meta) ([]Event, error)  { panic("stub") }
func (c CreditWallet) decide(m *Merchant, meta Meta) ([]Event, error)     { panic("stub") }
func (c RequestPayout) decide(m *Merchant, meta Meta) ([]Event, error)    { panic("stub") }
func (c ConfirmSMS) decide(m *Merchant, meta Meta) ([]Event, error)       { panic("stub") }
func (c CompareSMS) decide(m *Merchant, meta Meta) ([]Event, error)       { panic("stub") }
func (c RecordSMSSent) decide(m *Merchant, meta Meta) ([]Event, error)    { panic("stub") }
func (c RecordSMSFailed) decide(m *Merchant, meta Meta) ([]Event, error)  { panic("stub") }
func (c CancelPayout) decide(m *Merchant, meta Meta) ([]Event, error)     { panic("stub") }
func (c SubmitPayout) decide(m *Merchant, meta Meta) ([]Event, error)     { panic("stub") }
func (c RecordPaid) decide(m *Merchant, meta Meta) ([]Event, error)       { panic("stub") }
func (c RecordFailed) decide(m *Merchant, meta Meta) ([]Event, error)     { panic("stub") }
func (c RecordUnknown) decide(m *Merchant, meta Meta) ([]Event, error)    { panic("stub") }
