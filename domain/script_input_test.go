package domain

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/cockroachdb/datadriven"
	"pgregory.net/rapid"
)

// setup reads lines:
//
//	zone Europe/London           currency GBP      at 2026-03-29T09:00:00
//	policy [from=default] k=v …  the limits; "-" takes one of the default away
//	profile k=v …                what differs from a merchant that may do all
//	unregistered | unopened      stop before that step
//	wallet 100.00                credited
//	agent amy k=v …              with all permissions and, if given, a quota
//	exempt 5.00                  the owner's SMS exemption
func (s *script) setup(d *datadriven.TestData) {
	var agents [][]string
	policy, profile := arguments{t: s.t, pos: d.Pos}, arguments{t: s.t, pos: d.Pos}
	wallet, exempt := "1000.00", ""
	registered, opened := true, true
	for _, line := range strings.Split(d.Input, "\n") {
		f := strings.Fields(line)
		switch f[0] {
		case "zone":
			s.zone = zone(s.t, f[1])
		case "currency":
			s.currency = Currency(f[1])
		case "at":
			s.clock(&arguments{t: s.t, pos: d.Pos, values: map[string]string{"at": f[1]}})
		case "policy":
			policy = parseArguments(s.t, d.Pos, f[1:])
		case "profile":
			profile = parseArguments(s.t, d.Pos, f[1:])
		case "unregistered":
			registered, opened = false, false
		case "unopened":
			opened = false
		case "wallet":
			wallet = f[1]
		case "agent":
			agents = append(agents, f[1:])
		case "exempt":
			exempt = f[1]
		default:
			s.t.Fatalf("%s: setup knows no %s", d.Pos, f[0])
		}
	}
	s.do(PublishPolicy{Name: "p", Policy: s.buildPolicy(&policy)}, byPlatform)
	policy.done()
	if !registered {
		return
	}
	p := s.profile()
	s.fill(reflect.ValueOf(&p).Elem(), &profile)
	profile.done()
	s.do(RegisterMerchant{Profile: p, Owner: Operator{ID: "boss", Phone: Subject{Pseudonym: "ph-boss"}}}, byPlatform)
	if wallet != "0" {
		s.do(CreditWallet{Money: s.money(wallet), Reference: "t1"}, byPlatform)
	}
	if !opened {
		return
	}
	s.do(OpenService{Agreement: "1"}, byOwner)
	for _, a := range agents {
		s.do(AddAgent{Agent: Operator{ID: a[0], Phone: Subject{Pseudonym: "ph-" + a[0]}}}, byOwner)
		s.do(GrantPermissions{Agent: a[0], Permissions: allPermissions[:]}, byOwner)
		if len(a) > 1 {
			args := parseArguments(s.t, d.Pos, a[1:])
			q := SetQuota{Agent: a[0]}
			s.fill(reflect.ValueOf(&q).Elem(), &args)
			args.done()
			s.do(q, byOwner)
		}
	}
	if exempt != "" {
		s.do(SetSMSExemption{Max: s.money(exempt)}, byOwner)
	}
}

// buildPolicy is the policy that the arguments name, or what is left of the default.
func (s *script) buildPolicy(args *arguments) Policy {
	var p Policy
	if args.take("from", "") == "default" {
		p = DefaultPolicy(s.currency)
	}
	v := reflect.ValueOf(&p).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if args.values[name] == "-" {
			args.take(name, "")
			v.Field(i).SetZero()
		}
	}
	s.fill(v, args)
	return p
}

// build makes a command of the arguments.
func (s *script) build(typ reflect.Type, args *arguments) Command {
	if typ == reflect.TypeFor[PublishPolicy]() {
		name := args.take("name", "p")
		return PublishPolicy{Name: name, Policy: s.buildPolicy(args)}
	}
	v := reflect.New(typ).Elem()
	if typ == reflect.TypeFor[RequestPayout]() {
		v.Set(reflect.ValueOf(s.requestOf(args)))
	}
	if typ == reflect.TypeFor[RegisterMerchant]() || typ == reflect.TypeFor[UpdateMerchantProfile]() {
		v.FieldByName("Profile").Set(reflect.ValueOf(s.profile()))
	}
	s.fill(v, args)
	return v.Interface().(Command)
}

// requestOf takes what a script may leave out, and the order's facts.
func (s *script) requestOf(args *arguments) RequestPayout {
	t := PayoutTerms{
		Reason: args.take("reason", ReasonShipping), Entry: args.take("entry", "order_detail"),
		OrderNo: args.take("order_no", ""),
	}
	total := args.take("total", "")
	if total == "" {
		return RequestPayout{t}
	}
	t.Order = &OrderFacts{
		ID: t.OrderNo, Total: s.money(total),
		State: args.take("state", ""), Customer: args.take("order_customer", ""),
	}
	if refunded := args.take("refunded", ""); refunded != "" {
		t.Order.Refunded = s.money(refunded)
	}
	for name, at := range map[string]*time.Time{"placed": &t.Order.PlacedAt, "completed": &t.Order.CompletedAt} {
		if text := args.take(name, ""); text != "" {
			parsed, err := time.ParseInLocation("2006-01-02T15:04:05", text, s.zone)
			if err != nil {
				s.t.Fatalf("%s: %v", args.pos, err)
			}
			*at = parsed
		}
	}
	return RequestPayout{t}
}

// fill sets the fields of a struct that the arguments name.
func (s *script) fill(v reflect.Value, args *arguments) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Anonymous {
			s.fill(v.Field(i), args)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			name = strings.ToLower(field.Name)
		}
		text, ok := args.values[name]
		if !ok {
			continue
		}
		delete(args.values, name)
		s.set(v.Field(i), name, text, args)
	}
}

func (s *script) set(v reflect.Value, name, text string, args *arguments) {
	switch v.Addr().Interface().(type) {
	case *Money, **Money:
		amount, code, _ := strings.Cut(text, ",")
		m, err := ParseMoney(amount, s.currency)
		if code != "" {
			m, err = ParseMoney(amount, Currency(code))
		}
		if err != nil {
			s.t.Fatalf("%s: %v", args.pos, err)
		}
		assign(v, m)
		return
	case **Percent:
		assign(v, *percent(text))
		return
	case *Subject, **Subject:
		assign(v, Subject{Pseudonym: text, Commitment: "commitment of " + text})
		return
	case *Operator:
		v.Set(reflect.ValueOf(Operator{ID: text, Phone: Subject{Pseudonym: "ph-" + text}}))
		return
	case *time.Time:
		at, err := time.ParseInLocation("2006-01-02T15:04:05", text, s.zone)
		if err != nil {
			s.t.Fatalf("%s: %v", args.pos, err)
		}
		v.Set(reflect.ValueOf(at))
		return
	}
	switch v.Kind() {
	case reflect.String:
		switch name {
		case "payout_no", "challenge", "dispute", "earlier":
			text = s.number(text)
		}
		v.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			s.t.Fatalf("%s: %s: %v", args.pos, name, err)
		}
		v.SetInt(int64(n))
	case reflect.Bool:
		v.SetBool(text == "on" || text == "yes")
	case reflect.Slice:
		v.SetZero()
		for item := range strings.SplitSeq(text, ",") {
			if item != "" {
				v.Set(reflect.Append(v, reflect.ValueOf(item).Convert(v.Type().Elem())))
			}
		}
	default:
		s.t.Fatalf("%s: can't set %s", args.pos, name)
	}
}

// assign sets a value or a pointer to one.
func assign[T any](v reflect.Value, to T) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.ValueOf(&to))
		return
	}
	v.Set(reflect.ValueOf(to))
}

// arguments are key=value pairs; each must be used.
type arguments struct {
	t      rapid.TB
	pos    string
	values map[string]string
}

func parseArguments(t rapid.TB, pos string, words []string) arguments {
	values := map[string]string{}
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		values[key] = value
	}
	return arguments{t, pos, values}
}

func (a *arguments) take(key, byDefault string) string {
	if v, ok := a.values[key]; ok {
		delete(a.values, key)
		return v
	}
	return byDefault
}

func (a *arguments) flag(key string) bool {
	_, ok := a.values[key]
	delete(a.values, key)
	return ok
}

func (a *arguments) done() {
	for key := range a.values {
		a.t.Fatalf("%s: argument %s is not known", a.pos, key)
	}
}
