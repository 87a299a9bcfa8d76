package domain

// AddAgent adds a sub-account (子賬號). It can do nothing yet.
type AddAgent struct {
	Agent Operator `json:"agent"`
}

// AgentAdded is the answer to AddAgent.
type AgentAdded struct {
	Agent Operator `json:"agent"`
}

// GrantPermissions replaces an agent's permissions.
type GrantPermissions struct {
	Agent       string   `json:"agent"`
	Permissions []string `json:"permissions"`
}

// PermissionsGranted is the answer to GrantPermissions.
type PermissionsGranted GrantPermissions

// AgentRemoved ends an agent's access; its history stays.
type AgentRemoved struct {
	Agent string `json:"agent"`
}

// PhoneChanged gives an operator another phone. Exemption pauses after it.
type PhoneChanged struct {
	Account string  `json:"account"`
	Phone   Subject `json:"phone"`
}
