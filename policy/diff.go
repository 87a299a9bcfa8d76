package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/amends-ledger/amends/domain"
)

// Change is one key that two policies have differently.
type Change struct {
	Key    string `json:"key"`
	Was    string `json:"was"`              // in words; "no limit" and the like where it was left out
	Is     string `json:"is"`               //
	Effect Effect `json:"effect,omitempty"` // on merchants, where it is plain
}

// String is the change in a line: "amount_max: CNY 150.00, was CNY 200.00 (tighter)".
func (c Change) String() string {
	line := c.Key + ": " + c.Is + ", was " + c.Was
	if c.Effect != Neutral {
		line += " (" + string(c.Effect) + ")"
	}
	return line
}

// Diff tells in words what changes from one policy to another, key by key in the
// order of Keys; nothing if they are the same.
func Diff(old, new domain.Policy) []Change {
	var all []Change
	for _, k := range Keys() {
		if k.same(&old, &new) {
			continue
		}
		c := Change{Key: k.Name, Was: k.words(&old), Is: k.words(&new), Effect: k.effect(&old, &new)}
		if gone, come := k.entries(&old, &new); len(gone)+len(come) > 0 && k.Given(&old) && k.Given(&new) {
			c.Is = changed(gone, come)
		}
		all = append(all, c)
	}
	return all
}

// same: a list in another order is the same list.
func (k Key) same(old, new *domain.Policy) bool {
	switch k.Kind() {
	case Codes, Rules, Labels:
		gone, come := k.entries(old, new)
		return len(gone)+len(come) == 0
	}
	return k.Given(old) == k.Given(new) && k.words(old) == k.words(new)
}

// words is the key's value for people.
func (k Key) words(p *domain.Policy) string {
	if !k.Given(p) {
		return k.absent()
	}
	switch f := k.field(p).(type) {
	case **domain.Money:
		return (*f).String()
	case **domain.Percent:
		return (*f).String() + " %"
	case *int:
		return k.counted(*f)
	case *bool:
		return "yes"
	case *string:
		return strconv.Quote(*f)
	}
	return strings.Trim(k.yaml(p), "[]")
}

// absent is what holds where the key is left out.
func (k Key) absent() string {
	switch kind := k.Kind(); {
	case k.BuiltIn > 0:
		return k.counted(k.BuiltIn) + ", as built in"
	case kind == Flag:
		return "no"
	case k.AbsentIsTightest || k.More == Neutral:
		return "none"
	case kind == Codes && k.More == Looser:
		return "no list"
	case kind == Codes:
		return "none"
	}
	return "no limit"
}

// entries are those of a list, or the labels, that are in one policy alone. A label
// that is another one now is in both.
func (k Key) entries(old, new *domain.Policy) (gone, come []string) {
	was, is := k.list(old), k.list(new)
	for _, e := range was {
		if !slices.Contains(is, e) {
			gone = append(gone, e)
		}
	}
	for _, e := range is {
		if !slices.Contains(was, e) {
			come = append(come, e)
		}
	}
	return gone, come
}

func (k Key) list(p *domain.Policy) []string {
	var all []string
	switch f := k.field(p).(type) {
	case *[]string:
		return *f
	case *[]domain.Rule:
		for _, r := range *f {
			all = append(all, string(r))
		}
	case *map[string]string:
		for _, code := range slices.Sorted(maps.Keys(*f)) {
			all = append(all, code+": "+(*f)[code])
		}
	}
	return all
}

func changed(gone, come []string) string {
	var parts []string
	if len(come) > 0 {
		parts = append(parts, "with "+strings.Join(come, ", "))
	}
	if len(gone) > 0 {
		parts = append(parts, "without "+strings.Join(gone, ", "))
	}
	return strings.Join(parts, ", ")
}

// effect is what the change does to merchants, where all of it goes one way.
func (k Key) effect(old, new *domain.Policy) Effect {
	switch kind := k.Kind(); {
	case k.More == Neutral:
		return Neutral
	case kind == Codes || kind == Rules:
		return k.listEffect(old, new)
	case kind == Flag:
		return k.toward(k.Given(new))
	}
	was, wasGiven := k.size(old)
	is, isGiven := k.size(new)
	if wasGiven && isGiven {
		if was == is {
			return Neutral
		}
		return k.toward(is > was)
	}
	return tighter(isGiven != k.AbsentIsTightest)
}

// listEffect: a list of who or what may, that is left out, lets everybody and
// everything; one of who or what may not, nobody and nothing.
func (k Key) listEffect(old, new *domain.Policy) Effect {
	if strings.HasPrefix(k.Name, "eligible_") {
		return Neutral // the two lists work together
	}
	if k.More == Looser && !k.AbsentIsTightest && k.Given(old) != k.Given(new) {
		return tighter(k.Given(new))
	}
	gone, come := k.entries(old, new)
	if len(gone) > 0 && len(come) > 0 {
		return Neutral
	}
	return k.toward(len(come) > 0)
}

// size is the key's value as a number; given is false if nothing limits.
func (k Key) size(p *domain.Policy) (n int64, given bool) {
	switch f := k.field(p).(type) {
	case **domain.Money:
		if *f != nil {
			return (*f).Minor, true
		}
	case **domain.Percent:
		if *f != nil {
			return int64(**f), true
		}
	case *int:
		n := int64(*f)
		if n == 0 {
			n = int64(k.BuiltIn)
		}
		return n, n > 0
	default:
		panic(fmt.Sprintf("policy: key %s has no size", k.Name))
	}
	return 0, false
}

// toward is what more, or less, of the key does.
func (k Key) toward(more bool) Effect { return tighter(more == (k.More == Tighter)) }

func tighter(yes bool) Effect {
	if yes {
		return Tighter
	}
	return Looser
}
