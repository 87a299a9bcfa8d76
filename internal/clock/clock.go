// Package clock tells the time: the real one, or one that a test moves by hand.
// Code that decides or stores a time takes a Clock; nothing else reads the wall
// clock.
package clock

import (
	"sync"
	"time"
)

// Clock tells what time it is. Now may be called concurrently.
type Clock interface{ Now() time.Time }

// Real is the machine's clock.
type Real struct{}

// Now is time.Now.
func (Real) Now() time.Time { return time.Now() }

// Manual stands still until it is moved. It is safe for concurrent use.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual is a clock that stands at t.
func NewManual(t time.Time) *Manual { return &Manual{now: t} }

// Now is the time that the clock was last moved to.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set moves the clock to t, which may be earlier: wall clocks jump back too.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = t
}

// Advance moves the clock by d and tells the new time.
func (m *Manual) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	return m.now
}
