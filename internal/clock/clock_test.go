package clock

import (
	"sync"
	"testing"
	"time"
)

func TestManual(t *testing.T) {
	start := time.Date(2011, 3, 27, 1, 0, 0, 0, time.UTC)
	m := NewManual(start)
	if got := m.Now(); !got.Equal(start) {
		t.Fatalf("Now = %v, want %v", got, start)
	}
	if got := m.Now(); !got.Equal(start) {
		t.Fatalf("the clock moved by itself to %v", got)
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { m.Advance(time.Second) })
	}
	wg.Wait()
	if got, want := m.Now(), start.Add(10*time.Second); !got.Equal(want) {
		t.Fatalf("after ten steps Now = %v, want %v", got, want)
	}
	m.Set(start.Add(-time.Hour))
	if got := m.Now(); !got.Before(start) {
		t.Fatalf("Set back to before %v, Now = %v", start, got)
	}
}

func TestRealMoves(t *testing.T) {
	var c Clock = Real{}
	before := c.Now()
	time.Sleep(time.Millisecond)
	if d := c.Now().Sub(before); d < time.Millisecond {
		t.Fatalf("a millisecond of sleep is %v on the clock", d)
	}
}
