package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// TestScripts runs testdata/scripts/*.txt: given, when, then, as data.
//
// A directive is a command by its name, with its fields as arguments, for
// instance
//
//	RequestPayout id=p1 by=agent/amy money=12.30 order_no=O1 total=100.00 customer=c1
//	----
//	PayoutRequested payout_no=p1 ...
//
// id names the command, and the payout that it requests; by is who gives it; in
// is how much later than the one before it is given, and at when; dry does not
// apply the answer. A refusal shows each failing rule on a line of its own.
//
// setup starts a script (see script.setup), clock moves time and show prints a
// part of the state.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, filepath.Join("testdata", "scripts"), func(t *testing.T, path string) {
		s := &script{world: newWorld(t)}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			s.t = t
			return s.run(d)
		})
		s.t = t
		s.recallAll()
	})
}

type script struct {
	*world
	names []string // of commands, longest first
}

func (s *script) run(d *datadriven.TestData) string {
	args := arguments{t: s.t, pos: d.Pos, values: map[string]string{}}
	for _, a := range d.CmdArgs {
		args.values[a.Key] = strings.Join(a.Vals, ",")
	}
	switch d.Cmd {
	case "setup":
		s.recallAll()
		s.world = newWorld(s.t)
		s.setup(d)
		return ""
	case "clock":
		s.clock(&args)
		args.done()
		return s.now.In(s.zone).Format(time.RFC3339) + "\n"
	case "show":
		out := s.show(&args)
		args.done()
		return out
	}
	return s.command(d.Cmd, &args)
}

// commandTypes are all commands, by the name that a script calls them.
var commandTypes = func() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for _, c := range allCommands {
		types[CommandName(c)] = reflect.TypeOf(c)
	}
	return types
}()

var allCommands = []Command{
	RegisterMerchant{}, UpdateMerchantProfile{}, InviteMerchant{}, PublishPolicy{},
	OpenService{}, SuspendService{}, ResumeService{}, CloseService{},
	AddAgent{}, GrantPermissions{}, RemoveAgent{}, ChangePhone{},
	SetQuota{}, EnableQuota{}, DisableQuota{}, RemoveQuota{}, SetSMSExemption{},
	CreditWallet{}, DebitWallet{}, RecordArrears{}, ClearArrears{},
	RequestPayout{}, ConfirmSMS{}, CompareSMS{}, ResendSMS{},
	RecordSMSSent{}, RecordSMSFailed{}, CountPhoneSend{},
	ApprovePayout{}, RejectPayout{}, CancelPayout{}, ExpirePayout{},
	SubmitPayout{}, RecordPaid{}, RecordFailed{}, RecordUnknown{}, RecordReturned{},
	ObserveRefund{}, OpenDispute{}, ResolveDispute{},
	RaiseFinding{}, CloseFinding{}, RevealPersonalData{}, ErasePersonalData{},
}

// defaultActor is who gives a command if the script does not say.
func defaultActor(c Command) Actor {
	switch c.(type) {
	case RegisterMerchant, UpdateMerchantProfile, InviteMerchant, PublishPolicy,
		CreditWallet, DebitWallet, RecordArrears, ClearArrears, ObserveRefund:
		return byPlatform
	case SubmitPayout, RecordPaid, RecordFailed, RecordUnknown, RecordReturned:
		return byProcessor
	case RecordSMSSent, RecordSMSFailed, CountPhoneSend:
		return bySender
	case ExpirePayout:
		return byClock
	case RaiseFinding, CloseFinding, RevealPersonalData, ErasePersonalData:
		return byAuditor
	}
	return byOwner
}

// command gives one command and prints its answer.
func (s *script) command(name string, args *arguments) string {
	typ, ok := commandTypes[name]
	if !ok {
		s.t.Fatalf("%s: no command %s", args.pos, name)
	}
	s.clock(args)
	id := args.take("id", "")
	if id == "" {
		id = s.nextName()
	}
	s.name(id)
	by := args.take("by", "")
	dry := args.flag("dry")
	c := s.build(typ, args)
	args.done()
	actor := defaultActor(c)
	if by != "" {
		actor = ParseActor(by)
	}
	var events []Event
	var err error
	if dry {
		events, _, err = s.decide(s.stream(c), c, s.meta(actor, id))
	} else {
		events, err = s.try(c, actor, id)
	}
	if err != nil {
		return "invalid: " + s.called(err.Error()) + "\n"
	}
	if len(events) == 0 {
		return "nothing to add\n"
	}
	var b strings.Builder
	for _, e := range events {
		b.WriteString(s.render(e))
	}
	return b.String()
}

// name makes a payout number that the script may write as the command's id.
func (s *script) name(id string) {
	if !slices.Contains(s.names, id) {
		s.names = append(s.names, id)
		slices.SortFunc(s.names, func(a, b string) int { return len(b) - len(a) })
	}
}

// called writes payout numbers as the ids of their commands.
func (s *script) called(text string) string {
	for _, id := range s.names {
		text = strings.ReplaceAll(text, PayoutNo(commandID(id)), id)
	}
	return text
}

// number is the reverse of called: p1, p1-2 and p1-D1 begin with a command's id.
func (s *script) number(text string) string {
	id, rest, _ := strings.Cut(text, "-")
	s.name(id)
	if rest != "" {
		rest = "-" + rest
	}
	return PayoutNo(commandID(id)) + rest
}

func (s *script) clock(args *arguments) {
	if at := args.take("at", ""); at != "" {
		t, err := time.ParseInLocation("2006-01-02T15:04:05", at, s.zone)
		if err != nil {
			t, err = time.Parse(time.RFC3339, at)
		}
		if err != nil {
			s.t.Fatalf("%s: %v", args.pos, err)
		}
		s.now = t
	}
	if in := args.take("in", ""); in != "" {
		days, rest := time.Duration(0), in
		if n, after, ok := strings.Cut(in, "d"); ok {
			count, err := strconv.Atoi(n)
			if err != nil {
				s.t.Fatalf("%s: %v", args.pos, err)
			}
			days, rest = time.Duration(count)*day24, after
		}
		if rest != "" {
			d, err := time.ParseDuration(rest)
			if err != nil {
				s.t.Fatalf("%s: %v", args.pos, err)
			}
			days += d
		}
		s.now = s.now.Add(days)
	}
}

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

// hiddenFields repeat the request, or are too long to read.
var hiddenFields = []string{
	"money", "reason", "entry", "order_no", "order", "customer", "earlier", "buyer_note", "rail_note", "internal_note",
	"external", "reason_label", "policy", "month",
}

// render writes an event as its name and fields, failures on lines of their own.
func (s *script) render(e Event) string {
	name, _ := EventName(e)
	data, err := json.Marshal(e)
	if err != nil {
		s.t.Fatal(err)
	}
	long := slices.Contains([]string{"PayoutRequested", "PayoutRefused", "PolicyPublished", "PolicyAdopted"}, name)
	line, below := name, ""
	for _, f := range fields(s.t, data) {
		if long && slices.Contains(hiddenFields, f.name) {
			continue
		}
		if f.name == "failures" || f.name == "excess" {
			var list []json.RawMessage
			if err := json.Unmarshal(f.value, &list); err != nil {
				s.t.Fatal(err)
			}
			for _, item := range list {
				below += " " + s.flat(item) + "\n"
			}
			continue
		}
		line += " " + f.name + "=" + s.value(f.value)
	}
	return s.called(line + "\n" + below)
}

func (s *script) flat(object []byte) string {
	out := ""
	for _, f := range fields(s.t, object) {
		if f.name == "rule" {
			out += " " + s.value(f.value)
			continue
		}
		out += " " + f.name + "=" + s.value(f.value)
	}
	return out
}

func (s *script) value(raw []byte) string {
	var text string
	var money Money
	switch {
	case json.Unmarshal(raw, &text) == nil:
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return at.In(s.zone).Format(time.RFC3339Nano)
		}
		if strings.ContainsAny(text, " ") || text == "" {
			return strconv.Quote(text)
		}
		return text
	case bytes.Contains(raw, []byte(`"currency"`)) && json.Unmarshal(raw, &money) == nil:
		return money.Amount()
	}
	return string(raw)
}

type fieldOf struct {
	name  string
	value json.RawMessage
}

// fields reads an object's fields in their order.
func fields(t testing.TB, object []byte) []fieldOf {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var out []fieldOf
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
		out = append(out, fieldOf{name.(string), value})
	}
	return out
}

// show prints parts of the state: wallet, service, payout=p1, order=O1,
// customer=c1, agent=amy, due.
func (s *script) show(args *arguments) string {
	var b strings.Builder
	amount := func(minor int64) string { return Money{minor, s.currency}.Amount() }
	if args.flag("wallet") {
		w := s.m.Wallet
		fmt.Fprintf(&b, "wallet available=%s held=%s credited=%s debited=%s paid=%s returned=%s arrears=%s\n",
			amount(w.Available), amount(w.Held), amount(w.Credited), amount(w.Debited), amount(w.Paid), amount(w.Returned), amount(s.m.Arrears))
	}
	if args.flag("service") {
		fmt.Fprintf(&b, "service %s agreement=%s by=%s\n", s.m.Service, s.m.Agreement.Version, s.m.Agreement.By)
	}
	if args.flag("due") {
		fmt.Fprintf(&b, "due %s", s.m.Due(s.now, 10))
		if at, ok := s.m.NextDue(); ok {
			fmt.Fprintf(&b, " next=%s", at.In(s.zone).Format(time.RFC3339))
		}
		b.WriteString("\n")
	}
	if id := args.take("payout", ""); id != "" {
		p := s.m.Payouts[s.number(id)]
		fmt.Fprintf(&b, "payout %s %s by=%s tries=%d locked=%t held_back=%t", id, p.State, p.By, p.Challenge.Tries, p.Challenge.Locked, p.HeldBack)
		if !p.Deadline.IsZero() {
			fmt.Fprintf(&b, " deadline=%s", p.Deadline.In(s.zone).Format(time.RFC3339))
		}
		b.WriteString("\n")
	}
	if no := args.take("order", ""); no != "" {
		x, _ := s.m.Exposure(no)
		fmt.Fprintf(&b, "order %s payouts=%d paid=%s refunded=%s compensated=%s remaining=%s\n", no, x.Payouts,
			x.Paid.Amount(), x.Refunded.Amount(), x.Compensated.Amount(), x.Remaining.Amount())
	}
	if id := args.take("customer", ""); id != "" {
		c := s.m.Customers[id]
		fmt.Fprintf(&b, "customer %s day=%s %s in %d recent=%d\n", id, c.Day.Period, amount(c.Day.Amount), c.Day.Count, len(c.Recent))
	}
	if id := args.take("agent", ""); id != "" {
		a := s.m.Agents[id]
		fmt.Fprintf(&b, "agent %s day=%s %s in %d month=%s %s in %d exempt=%s in %d removed=%t\n", id,
			a.Day.Period, amount(a.Day.Amount), a.Day.Count, a.Month.Period, amount(a.Month.Amount), a.Month.Count,
			amount(a.ExemptDay.Amount), a.ExemptDay.Count, a.Removed)
	}
	return s.called(b.String())
}

// arguments are key=value pairs; each must be used.
type arguments struct {
	t      testing.TB
	pos    string
	values map[string]string
}

func parseArguments(t testing.TB, pos string, words []string) arguments {
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
