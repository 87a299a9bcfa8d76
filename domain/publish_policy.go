package domain

// PublishPolicy puts a policy in force on the platform, as the next version of
// its name.
type PublishPolicy struct {
	Name   string `json:"name"`
	Policy Policy `json:"policy"`
}

// PolicyPublished is in the platform's stream.
type PolicyPublished struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Policy  Policy `json:"policy"`
}

// PolicyAdopted copies a published policy into a merchant's stream before the
// first decision there that uses it.
type PolicyAdopted PolicyPublished
