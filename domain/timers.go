package domain

import (
	"cmp"
	"slices"
	"time"
)

// timers is a binary heap of the payouts that have a deadline, the earliest
// first. It is derived from the payouts: a restart folds or rebuilds it, so no
// timer is ever lost. A payout knows its place (timer, from 1) to leave in O(log n).
type timers []*Payout

// setDeadline gives a payout its deadline, or none (zero).
func (m *Merchant) setDeadline(p *Payout, at time.Time) {
	p.Deadline = at
	switch {
	case at.IsZero() && p.timer > 0:
		m.timers.remove(p)
	case at.IsZero():
	case p.timer > 0:
		m.timers.fix(p.timer - 1)
	default:
		m.timers = append(m.timers, p)
		p.timer = len(m.timers)
		m.timers.up(p.timer - 1)
	}
}

// NextDue is when the next payout expires; ok is false if none will.
func (m *Merchant) NextDue() (at time.Time, ok bool) {
	if len(m.timers) == 0 {
		return time.Time{}, false
	}
	return m.timers[0].Deadline, true
}

// Due names up to max payouts whose deadline is now or before: each needs an
// ExpirePayout. They are in order of time; if more are due, the rest comes with
// the next call. It looks at 2 × max + 1 payouts at most, however many are open.
func (m *Merchant) Due(now time.Time, max int) []string {
	var due []*Payout
	for look := []int{0}; len(look) > 0 && len(due) < max; {
		i := look[0]
		look = look[1:]
		if i < len(m.timers) && !m.timers[i].Deadline.After(now) {
			due = append(due, m.timers[i])
			look = append(look, 2*i+1, 2*i+2)
		}
	}
	slices.SortFunc(due, func(a, b *Payout) int { return a.compareDeadline(b) })
	numbers := make([]string, len(due))
	for i, p := range due {
		numbers[i] = p.No
	}
	return numbers
}

func (p *Payout) compareDeadline(other *Payout) int {
	return cmp.Or(p.Deadline.Compare(other.Deadline), cmp.Compare(p.No, other.No))
}

func (t timers) less(i, j int) bool {
	return t[i].compareDeadline(t[j]) < 0
}

func (t timers) swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].timer, t[j].timer = i+1, j+1
}

func (t timers) up(i int) {
	for parent := (i - 1) / 2; i > 0 && t.less(i, parent); i, parent = parent, (parent-1)/2 {
		t.swap(i, parent)
	}
}

func (t timers) down(i int) {
	for {
		first := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(t); child++ {
			if t.less(child, first) {
				first = child
			}
		}
		if first == i {
			return
		}
		t.swap(i, first)
		i = first
	}
}

func (t timers) fix(i int) {
	t.up(i)
	t.down(i) // of whatever stands there now; one of the two does nothing
}

func (t *timers) remove(p *Payout) {
	i, last := p.timer-1, len(*t)-1
	t.swap(i, last)
	(*t)[last] = nil
	*t = (*t)[:last]
	p.timer = 0
	if i < last {
		t.fix(i)
	}
}
