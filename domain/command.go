package domain

// Command asks for something. decide must not change m; it returns the events
// to append, or an *Invalid error. A refusal is made with refuse and is an event.
type Command interface {
	decide(m *Merchant, meta Meta) ([]Event, error)
}

// Event is a fact in a merchant's (or the platform's) stream. apply folds it into
// m and cannot fail: it already happened.
type Event interface {
	apply(m *Merchant, meta Meta)
}
