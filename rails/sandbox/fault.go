package sandbox

import "time"

// FaultKind is something that goes wrong with one Pay.
type FaultKind uint8

const (
	None        FaultKind = iota // nothing; with a Delay the answer comes late
	Fail                         // booked as failed, with Fault.Code
	LosePaid                     // booked as paid, but the answer is lost: ErrTimeout
	LoseFailed                   // booked as failed, but the answer is lost: ErrTimeout
	LoseRequest                  // the request is lost, nothing is booked: ErrTimeout
	Hold                         // booked as pending, until Settle
	Panic                        // the rail's own code breaks before anything is booked
)

// Fault scripts the outcome of one Pay.
type Fault struct {
	Kind  FaultKind
	Code  string        // with Fail and LoseFailed; default REJECTED
	Why   string        // likewise
	Delay time.Duration // how long a booked payment's answer takes
}

// Script sets what the next calls of Pay for a reference meet, one fault a call,
// and after them nothing. With the reference "", whichever calls come next that
// have no script of their own.
func (b *Bank) Script(reference string, faults ...Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script[reference] = append(b.script[reference], faults...)
}

// SetDown makes every call fail with ErrDown, and book nothing, until it is
// called with false.
func (b *Bank) SetDown(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

func (b *Bank) isDown() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.down
}

// next takes the fault that a call meets.
func (b *Bank) next(reference string) (Fault, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return Fault{}, ErrDown
	}
	for _, key := range [...]string{reference, ""} {
		if faults := b.script[key]; len(faults) > 0 {
			if b.script[key] = faults[1:]; len(faults) == 1 {
				delete(b.script, key)
			}
			return faults[0], nil
		}
	}
	return Fault{}, nil
}

func (f Fault) state() string {
	switch f.Kind {
	case Fail, LoseFailed:
		return stateFailed
	case Hold:
		return statePending
	}
	return statePaid
}

func (f Fault) code() string {
	if f.state() == stateFailed && f.Code == "" {
		return "REJECTED"
	}
	return f.Code
}
