package domain

// NewMerchant is the state of a stream without events.
func NewMerchant(id string) *Merchant {
	return &Merchant{ID: id, Rev: -1}
}

// Decide answers cmd in state m, which it does not change. No events and no
// error mean that the command is already done and there is nothing to add.
//
// policy is the platform's latest policy under the merchant's policy name, nil
// if there is none: where a decision uses a newer version than the merchant has
// adopted, PolicyAdopted comes first.
//
// meta.EffectiveAt earlier than the merchant's last event is raised to it; the
// Meta that the events must be stored and applied with is returned.
func Decide(m *Merchant, cmd Command, meta Meta, policy *PolicyPublished) ([]Event, Meta, error) {
	if meta.EffectiveAt.Before(m.At) {
		meta.EffectiveAt = m.At
	}
	events, err := cmd.decide(m, meta)
	return events, meta, err
}

// Apply folds an event into m. rev is its revision in the stream.
func Apply(m *Merchant, e Event, meta Meta, rev int64) {
	m.Rev, m.At = rev, meta.EffectiveAt
	e.apply(m, meta)
}

// CommandName is the name of a command's type, e.g. "RequestPayout".
func CommandName(c Command) string { return commandName(c) }

// EventName is the stored type and version of an event.
func EventName(e Event) (name string, version int) { return eventName(e) }
