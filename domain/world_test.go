package domain

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"time"
	_ "time/tzdata" // the same calendar on every machine

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// world is a merchant, the platform and a clock, for tests. Whatever a test does
// through it is checked for what must hold of every command: Decide does not
// change the state, an event that was stored applies like the one that was
// decided, and the state's sums are right.
type world struct {
	t        rapid.TB
	platform *Merchant
	m        *Merchant // folded from stored bytes
	direct   *Merchant // folded from the decided events
	cold     *Merchant // folded as well, but records leave its memory all the time
	kept     map[ColdKey]Cold
	retire   int       // records that leave after each command
	phone    *Merchant // stream of the one phone that tests text
	zone     *time.Location
	currency Currency
	now      time.Time
	given    int // commands so far
}

var (
	byPlatform  = Actor{Role: RolePlatform}
	byOwner     = Actor{Role: RoleOwner, ID: "boss"}
	byProcessor = Actor{Role: RoleProcessor}
	bySender    = Actor{Role: RoleSender}
	byClock     = Actor{Role: RoleClock}
	byAuditor   = Actor{Role: RoleAuditor}
)

func byAgent(id string) Actor { return Actor{Role: RoleAgent, ID: id} }

func newWorld(t rapid.TB) *world {
	return &world{
		t: t, platform: NewMerchant(""), phone: NewMerchant(""),
		m: NewMerchant("m1"), direct: NewMerchant("m1"), cold: NewMerchant("m1"), kept: map[ColdKey]Cold{}, retire: 2,
		zone: zone(t, "Asia/Shanghai"), currency: "CNY",
		now: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC), // Monday, 10:00 in Shanghai
	}
}

func zone(t rapid.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// commandID is the id of the command that a test calls by this name.
func commandID(name string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)) }

func (w *world) meta(by Actor, name string) Meta {
	return Meta{
		ID: commandID(name), Key: name, Fingerprint: "f-" + name, Actor: by,
		EffectiveAt: w.now, RecordedAt: w.now, Zone: w.zone,
	}
}

// nextName is a name for a command that the test does not name.
func (w *world) nextName() string {
	w.given++
	return "c" + itoa(w.given)
}

// decide asks without applying, and checks that asking changed nothing.
func (w *world) decide(m *Merchant, c Command, meta Meta) ([]Event, Meta, error) {
	w.t.Helper()
	before := w.state(m)
	events, stamped, err := Decide(m, c, meta, w.policy())
	if after := w.state(m); !bytes.Equal(before, after) {
		w.t.Fatalf("deciding %s changed the state\nfrom %s\nto   %s", CommandName(c), before, after)
	}
	return events, stamped, err
}

// policy is the latest that is published under the merchant's policy name.
func (w *world) policy() *PolicyPublished {
	if p, ok := w.platform.Policies[w.m.Profile.Policy]; ok {
		return &p
	}
	return nil
}

func (w *world) state(m *Merchant) []byte {
	w.t.Helper()
	data, err := m.MarshalState()
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// stream is the state that a command is decided in.
func (w *world) stream(c Command) *Merchant {
	switch c.(type) {
	case PublishPolicy:
		return w.platform
	case CountPhoneSend:
		return w.phone
	}
	return w.m
}

// try gives a command and applies what it leads to.
func (w *world) try(c Command, by Actor, name string) ([]Event, error) {
	w.t.Helper()
	m := w.stream(c)
	events, meta, err := w.decide(m, c, w.meta(by, name))
	if err != nil {
		return nil, err
	}
	if m == w.m {
		w.decideCold(c, by, name, events)
	}
	for n, e := range events {
		w.store(m, e, meta, n, len(events))
	}
	w.keep(w.cold.Retire(w.retire))
	if err := errors.Join(m.Check(), w.cold.Check()); err != nil {
		w.t.Fatalf("after %s: %v", CommandName(c), err)
	}
	if m == w.m && !bytes.Equal(w.state(w.m), w.state(w.direct)) {
		w.t.Fatalf("after %s: folded from the store\n%s\nfolded directly\n%s", CommandName(c), w.state(w.m), w.state(w.direct))
	}
	return events, nil
}

// decideCold asks the merchant whose records leave memory: after the recalls that
// Needs and NeedsMore name it must answer the same.
func (w *world) decideCold(c Command, by Actor, name string, want []Event) {
	w.t.Helper()
	if _, ok := c.(RequestPayout); ok && len(want) == 0 {
		return // a request that was made before: the ledger's index of keys answers it
	}
	w.recall(Needs(c))
	w.recall(w.cold.NeedsMore(c))
	got, _, err := w.decide(w.cold, c, w.meta(by, name))
	if err != nil {
		w.t.Fatalf("%s after records left memory: %v", CommandName(c), err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Fatalf("%s is decided otherwise after records left memory:\n%s", CommandName(c), diff)
	}
}

func (w *world) keep(cold []Cold) {
	for _, c := range cold {
		w.kept[ColdKey{c.Kind, c.ID}] = c
	}
}

func (w *world) recall(keys []ColdKey) {
	w.t.Helper()
	for _, k := range keys {
		if c, ok := w.kept[k]; ok {
			if err := w.cold.Recall(c); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// recallAll brings everything back, after which nothing may be missing.
func (w *world) recallAll() {
	w.t.Helper()
	w.recall(slices.Collect(maps.Keys(w.kept)))
	if diff := cmp.Diff(string(w.state(w.m)), string(w.state(w.cold))); diff != "" {
		w.t.Fatalf("the state differs after records left memory and came back:\n%s", diff)
	}
}

// store applies an event as it reads back from the store.
func (w *world) store(m *Merchant, e Event, meta Meta, n, of int) {
	w.t.Helper()
	s, err := Encode(e, meta, n, of)
	if err != nil {
		w.t.Fatal(err)
	}
	back, err := Decode(s.Type, s.Version, s.Data)
	if err != nil {
		w.t.Fatal(err)
	}
	backMeta, _, err := DecodeMeta(s.Meta)
	if err != nil {
		w.t.Fatal(err)
	}
	Apply(m, back, backMeta, m.Rev+1)
	switch e := e.(type) {
	case MerchantProfileChanged:
		w.zone = zone(w.t, e.Zone)
	}
	if m == w.m {
		Apply(w.direct, e, meta, w.direct.Rev+1)
		Apply(w.cold, back, backMeta, w.cold.Rev+1)
	}
}

// do gives a command that must not be refused, and returns its events.
func (w *world) do(c Command, by Actor) []Event {
	w.t.Helper()
	events, err := w.try(c, by, w.nextName())
	if err != nil {
		w.t.Fatalf("%s: %v", CommandName(c), err)
	}
	if f := failuresOf(events); f != nil {
		w.t.Fatalf("%s was refused: %v", CommandName(c), f)
	}
	return events
}

// request asks for a payout under a name and returns its number and the answer.
func (w *world) request(name string, by Actor, t PayoutTerms) (no string, events []Event) {
	w.t.Helper()
	events, err := w.try(RequestPayout{t}, by, name)
	if err != nil {
		w.t.Fatalf("request %s: %v", name, err)
	}
	return PayoutNo(commandID(name)), events
}

// pay brings a payout from wherever it is to PAID.
func (w *world) pay(no string) {
	w.t.Helper()
	p := w.m.Payouts[no]
	if p.State == AwaitingSMS {
		w.do(ConfirmSMS{Payout: no, Code: "1"}, p.By)
		w.do(CompareSMS{Payout: no, Challenge: p.Challenge.ID, Attempt: w.m.Payouts[no].Challenge.Tries, Matched: true}, p.By)
	}
	w.do(SubmitPayout{Payout: no, Rail: "sandbox"}, byProcessor)
	w.do(RecordPaid{Payout: no, RailID: "r-" + no}, byProcessor)
}

// failuresOf is what a refusal among the events says; nil if there is none.
func failuresOf(events []Event) []Failure {
	for _, e := range events {
		switch e := e.(type) {
		case PayoutRefused:
			return e.Failures
		case CommandRefused:
			return e.Failures
		}
	}
	return nil
}

func (w *world) money(amount string) Money {
	w.t.Helper()
	m, err := ParseMoney(amount, w.currency)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) limit(amount string) *Money {
	m := w.money(amount)
	return &m
}

func percent(s string) *Percent {
	p, err := ParsePercent(s)
	if err != nil {
		panic(err)
	}
	return &p
}

// open publishes the policy and registers, opens and credits the merchant.
func (w *world) open(p Policy, wallet string) {
	w.t.Helper()
	w.do(PublishPolicy{Name: "p", Policy: p}, byPlatform)
	w.do(RegisterMerchant{Profile: w.profile(), Owner: Operator{ID: "boss", Phone: Subject{Pseudonym: "ph-boss"}}}, byPlatform)
	w.do(OpenService{Agreement: "1"}, byOwner)
	w.do(CreditWallet{Money: w.money(wallet), Reference: "t1"}, byPlatform)
}

func (w *world) profile() Profile {
	return Profile{
		Name: "Shop", Mode: ModePOPSOP, EntityType: "company", SelfAfterSales: true, WalletOpen: true,
		Zone: w.zone.String(), Currency: w.currency, Policy: "p",
	}
}

// agent adds an agent with all permissions and a quota.
func (w *world) agent(id string, quota SetQuota) {
	w.t.Helper()
	quota.Agent = id
	w.do(AddAgent{Agent: Operator{ID: id, Phone: Subject{Pseudonym: "ph-" + id}}}, byOwner)
	w.do(GrantPermissions{Agent: id, Permissions: allPermissions[:]}, byOwner)
	w.do(quota, byOwner)
}

// terms are those of a payout on an order that nothing forbids.
func (w *world) terms(amount string) PayoutTerms {
	return PayoutTerms{
		Money: w.money(amount), Reason: ReasonShipping, Entry: "order_detail",
		OrderNo: "O1", Customer: &Subject{Pseudonym: "c1", Commitment: "x"},
		Order: &OrderFacts{
			ID: "O1", State: "completed", Customer: "c1", Total: w.money("100.00"),
			PlacedAt: w.now.Add(-48 * time.Hour), CompletedAt: w.now.Add(-24 * time.Hour),
		},
	}
}
