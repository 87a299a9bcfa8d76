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
//
// An error is an *Invalid (the command is malformed; nothing is recorded) or
// says that the caller did not recall what the command needs (see Needs).
func Decide(m *Merchant, cmd Command, meta Meta, policy *PolicyPublished) ([]Event, Meta, error) {
	meta.EffectiveAt = meta.EffectiveAt.UTC().Round(0) // as it reads back from the store
	if meta.EffectiveAt.Before(m.At) {
		meta.EffectiveAt = m.At
	}
	if policy == nil || !usesPolicy(cmd) || !m.Registered || m.hasAdopted(policy) {
		events, err := cmd.decide(m, meta)
		return nameUnknown(m, events), meta, err
	}
	if c := policy.Policy.currency(); c != "" && c != m.Profile.Currency {
		return nil, meta, &Invalid{"policy", "limits of " + policy.Name + " are in " + string(c) +
			", the merchant's wallet is in " + string(m.Profile.Currency)}
	}
	adopted := PolicyAdopted(*policy)
	under := *m // shallow: decide only reads
	under.Adopted = adopted
	events, err := cmd.decide(&under, meta)
	if err != nil || len(events) == 0 {
		return nil, meta, err
	}
	return append([]Event{adopted}, events...), meta, nil
}

// usesPolicy tells which commands are decided by the limits of a policy. Their
// first event after a new version is PolicyAdopted. The others (also the second
// step of a confirmation, and timers) go by what was adopted before.
func usesPolicy(c Command) bool {
	switch c.(type) {
	case OpenService, SetSMSExemption, RequestPayout, ConfirmSMS, ResendSMS, ApprovePayout:
		return true
	}
	return false
}

// hasAdopted tells whether p is what m decides under. A policy of another name
// replaces the adopted one (the platform moved the merchant); an older version
// of the same name does not.
func (m *Merchant) hasAdopted(p *PolicyPublished) bool {
	return p.Name == m.Adopted.Name && p.Version <= m.Adopted.Version
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

// TypeName is the stored type of an event, whatever its version.
func TypeName(e Event) string {
	name, _ := eventName(e)
	return name
}
