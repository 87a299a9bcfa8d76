package projtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
)

// Story plays merchants at work and appends what the domain decides: payouts on
// every path, refusals, limits that are met, quotas that come and go, days that
// pass. The same seed tells the same story.
type Story struct {
	rand   *rand.Rand
	store  eventstore.Store
	policy domain.PolicyPublished
	cast   []*player
	clock  time.Time // recorded time
	n      uint64    // commands given
	Events int       // appended
}

// player is one merchant with what goes on there.
type player struct {
	m    *domain.Merchant
	zone *time.Location
	now  time.Time // effective time
	open []string  // payouts that are not closed
	done []string
}

var reasons = []string{"price_difference", "shipping", "activity", "quality", "other"}

// NewStory begins a story: the platform publishes its policy, merchants register,
// open the service and hire agents.
func NewStory(seed uint64, store eventstore.Store, merchants int) (*Story, error) {
	s := &Story{
		rand: rand.New(rand.NewPCG(seed, 1)), store: store,
		clock: time.Date(2024, 3, 29, 9, 0, 0, 0, time.UTC),
	}
	money := func(minor int64) *domain.Money { return &domain.Money{Minor: minor, Currency: "CNY"} }
	s.policy = domain.PolicyPublished{Name: "default", Version: 1, Policy: domain.Policy{
		AmountMax: money(200_00), OrderCountMax: 3, SMSExemptMax: money(20_00), SMSTries: 3, DuplicateMinutes: 10,
		Label: "商家直賠", ReasonLabels: map[string]string{"quality": "商品質量"},
		AmountMin: money(10), ApprovalRules: []domain.Rule{domain.RuleAmountBelowMin, domain.RuleOrderCountExceeded},
	}}
	market := &player{m: domain.NewMerchant(""), now: s.clock}
	if err := s.add(domain.PlatformStream, market, []domain.Event{s.policy}, s.meta(market, platform)); err != nil {
		return nil, err
	}
	zones := []string{"Asia/Shanghai", "Europe/London", "UTC"}
	for i := range merchants {
		p := &player{m: domain.NewMerchant(fmt.Sprintf("shop %d/甲", i)), now: s.clock}
		zone := zones[i%len(zones)]
		var err error
		if p.zone, err = time.LoadLocation(zone); err != nil {
			return nil, err
		}
		s.cast = append(s.cast, p)
		if err := s.prologue(p, zone); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Story) prologue(p *player, zone string) error {
	phone := domain.Subject{Pseudonym: "ph-1", Commitment: "c"}
	steps := []struct {
		by  domain.Actor
		cmd domain.Command
	}{
		{platform, domain.RegisterMerchant{
			Profile: domain.Profile{Zone: zone, Currency: "CNY", Policy: "default", SelfAfterSales: true, WalletOpen: true},
			Owner:   domain.Operator{ID: "boss", Phone: phone},
		}},
		{platform, domain.CreditWallet{Money: domain.Money{Minor: 3_000_00, Currency: "CNY"}, Reference: "opening"}},
		{owner, domain.OpenService{Agreement: "2024-01"}},
		{owner, domain.SetSMSExemption{Max: domain.Money{Minor: 5_00, Currency: "CNY"}}},
		{owner, domain.AddAgent{Agent: domain.Operator{ID: "ann", Phone: phone}}},
		{owner, domain.AddAgent{Agent: domain.Operator{ID: "=bob", Phone: phone}}},
		{owner, domain.GrantPermissions{Agent: "ann", Permissions: []string{"view", "initiate", "export"}}},
		{owner, domain.GrantPermissions{Agent: "=bob", Permissions: []string{"view", "initiate", "export"}}},
		{owner, s.quota("ann")},
	}
	for _, step := range steps {
		if err := s.do(p, step.by, step.cmd); err != nil {
			return err
		}
	}
	return nil
}

// The roles that act.
var (
	owner     = domain.Actor{Role: domain.RoleOwner, ID: "boss"}
	platform  = domain.Actor{Role: domain.RolePlatform}
	processor = domain.Actor{Role: domain.RoleProcessor}
	sender    = domain.Actor{Role: domain.RoleSender}
)

func (s *Story) quota(agent string) domain.SetQuota {
	amount := func(minor int64) *domain.Money { return &domain.Money{Minor: minor, Currency: "CNY"} }
	q := domain.SetQuota{Agent: agent, DailyAmount: amount(100_00 + s.rand.Int64N(300)*100), DailyCount: 5 + s.rand.IntN(10)}
	if s.rand.IntN(2) == 0 {
		q.PerPayout, q.MonthlyAmount = amount(150_00), amount(2_000_00)
	}
	return q
}

// Play goes on for some commands.
func (s *Story) Play(commands int) error {
	for range commands {
		p := s.cast[s.rand.IntN(len(s.cast))]
		p.now = p.now.Add(time.Duration(s.rand.IntN(int(3 * time.Hour))))
		s.clock = s.clock.Add(time.Duration(1 + s.rand.IntN(int(time.Second))))
		var err error
		switch roll := s.rand.IntN(100); {
		case roll < 35:
			err = s.request(p)
		case roll < 90 && len(p.open) > 0:
			err = s.goOn(p, p.open[s.rand.IntN(len(p.open))])
		case roll < 93 && len(p.done) > 0:
			err = s.after(p, p.done[s.rand.IntN(len(p.done))])
		case roll < 96:
			err = s.manage(p)
		default:
			err = s.strange(p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// do lets the domain decide and appends its events.
func (s *Story) do(p *player, by domain.Actor, cmd domain.Command) error {
	events, meta, err := domain.Decide(p.m, cmd, s.meta(p, by), &s.policy)
	if err != nil {
		return fmt.Errorf("decide %s: %w", domain.CommandName(cmd), err)
	}
	return s.add(domain.MerchantStream(p.m.ID), p, events, meta)
}

func (s *Story) meta(p *player, by domain.Actor) domain.Meta {
	s.n++
	var seed [16]byte
	seed[0], seed[1], seed[2], seed[3] = byte(s.n>>24), byte(s.n>>16), byte(s.n>>8), byte(s.n)
	return domain.Meta{
		ID: uuid.NewSHA1(seed, []byte(p.m.ID)), Key: fmt.Sprintf("k-%d", s.n), Fingerprint: "f", Actor: by,
		EffectiveAt: p.now.Truncate(time.Microsecond), RecordedAt: s.clock, Zone: p.zone,
	}
}

func (s *Story) add(stream string, p *player, events []domain.Event, meta domain.Meta) error {
	if len(events) == 0 {
		return nil
	}
	w := eventstore.Write{Stream: stream, Expect: eventstore.At(p.m.Rev)}
	for i, e := range events {
		stored, err := domain.Encode(e, meta, i, len(events))
		if err != nil {
			return err
		}
		w.Events = append(w.Events, eventstore.Event{
			ID: meta.EventID(i), Type: stored.Type, Version: stored.Version, RecordedAt: meta.RecordedAt,
			Data: stored.Data, Meta: stored.Meta,
		})
	}
	c, err := s.store.Append(context.Background(), w)
	if err != nil {
		return err
	}
	s.Events += len(events)
	for i, e := range events {
		domain.Apply(p.m, e, meta, c.Revision-int64(len(events)-1-i))
		p.follow(e)
	}
	return nil
}

// follow keeps the lists of open and closed payouts.
func (p *player) follow(e domain.Event) {
	if b, ok := e.(domain.PayoutRequested); ok {
		p.open = append(p.open, b.Payout)
	}
	still := p.open[:0]
	for _, no := range p.open {
		if p.m.Payouts[no].IsOpen() {
			still = append(still, no)
		} else {
			p.done = append(p.done, no)
		}
	}
	p.open = still
}

// Merchants are the folded states at the end of what was played.
func (s *Story) Merchants() []*domain.Merchant {
	out := make([]*domain.Merchant, len(s.cast))
	for i, p := range s.cast {
		out[i] = p.m
	}
	return out
}
