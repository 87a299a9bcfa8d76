package backfill

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/amends-ledger/amends/domain"
)

// Row is one request of the past.
type Row struct {
	Line  int    // in the payouts file, for messages
	ID    string // the caller's own number
	At    time.Time
	Month string // the first seven characters of the time as it stands in the file
	Money domain.Money

	Merchant, Agent         string // either may be empty
	Order, Customer, Reason string
}

// Order is what the orders file says of one order.
type Order struct {
	PlacedAt time.Time // zero: not known
	Customer string    // empty: not known
	Total    domain.Money
}

// Input is a plan and its data without a mistake: everything that a run sends.
type Input struct {
	Name     string // of the plan's file
	Zone     string
	Currency domain.Currency
	Policy   domain.Policy
	Quota    domain.Quota // of every agent

	OwnerOnly bool         // the plan has no agents: the owner requests
	Exemption domain.Money // zero: none
	Initial   domain.Money // zero: none
	TopUp     domain.Money // on each of TopUps
	TopUps    []TopUp      // in order

	Rows      []Row // in file order
	Orders    map[string]Order
	HasOrders bool
	Merchants []string // sorted; also those that only the orders file has
	Start     time.Time
	Late      int      // rows that are earlier than their merchant's row before
	Warnings  []string // for people
	Digest    Digest
}

// TopUp is one of the wallet's monthly credits.
type TopUp struct {
	Month string // "2010-12"
	At    time.Time
}

// Files says where the input is. Relative names of data files are resolved
// against Data, by default the plan's folder.
type Files struct {
	Open Open
	Plan string
	Data string
}

// Load reads a plan and everything that it names. It writes nothing. Faults of
// the input are a *Mistakes.
func Load(files Files) (*Input, error) {
	mistakes := &Mistakes{}
	content, err := files.Open(files.Plan)
	if err != nil {
		mistakes.Add(Place{File: files.Plan, Line: 1, Col: 1}, "%s", whyNotOpen(files.Plan, err))
		return nil, mistakes
	}
	defer content.Close()
	p := readPlan(files.Plan, content, mistakes)
	if p == nil {
		return nil, mistakes
	}
	if files.Data == "" {
		files.Data = filepath.Dir(files.Plan)
	}
	l := &loader{
		Files: files, plan: p, mistakes: mistakes,
		in:        &Input{Name: p.name, Zone: p.zoneName, OwnerOnly: !p.agent.Given(), HasOrders: p.orders != nil},
		merchants: map[string]bool{}, agents: map[[2]string]bool{}, agentsOf: map[string]int{}, same: map[string]string{}, sums: map[string]int64{},
	}
	l.readPayouts()
	l.readOrders()
	l.setLimits()
	if mistakes.Count() > 0 {
		return nil, mistakes
	}
	l.finish()
	return l.in, nil
}

// loader fills an Input.
type loader struct {
	Files
	plan     *plan
	mistakes *Mistakes
	in       *Input

	merchants map[string]bool
	agents    map[[2]string]bool
	agentsOf  map[string]int
	same      map[string]string // one copy of strings that come again and again
	sum       int64             // of all rows
	sums      map[string]int64  // by the merchant's column
}

func (l *loader) open(file text) (*table, io.Closer, bool) {
	name := file.Value
	if !filepath.IsAbs(name) {
		name = filepath.Join(l.Data, name)
	}
	return openTable(l.Open, name, file.Place, l.mistakes)
}

func (l *loader) intern(s string) string {
	if one, ok := l.same[s]; ok {
		return one
	}
	l.same[s] = s
	return s
}

// setLimits fills in what the plan says of policy, quota and wallet, which needs
// the currency of the rows.
func (l *loader) setLimits() {
	in, p := l.in, l.plan
	if in.Currency == "" {
		if l.mistakes.Count() == 0 {
			l.mistakes.Add(p.payouts.currency.column.Place, "no row says which currency; write {value: CODE}")
		}
		return
	}
	limits := p.resolve(in.Currency, l.mistakes)
	in.Policy, in.Quota = limits.policy, limits.quota
	if len(p.quota) == 0 { // an agent must have one to pay at all: one that limits nothing
		in.Quota.PerPayout = &domain.Money{Minor: domain.MaxMinor, Currency: in.Currency}
	}
	in.Policy.OrderRequired = p.orders != nil
	in.Policy.CustomerRequired = p.payouts.customer.Given()
	in.Policy.AgreementVersion = agreement
	in.Exemption = domain.Money{Currency: in.Currency}
	if in.Policy.SMSExemptMax != nil {
		in.Exemption = *in.Policy.SMSExemptMax
	}
	if l.mistakes.Count() == 0 {
		l.checkPolicy()
	}
	in.Initial, in.TopUp = p.walletAmounts(in.Currency, l.mistakes)
	if p.topup.Given() {
		month := time.Time(p.first)
		for _, at := range monthStarts(p.first, p.last, p.zone) {
			in.TopUps = append(in.TopUps, TopUp{month.Format("2006-01"), at})
			month = month.AddDate(0, 1, 0)
		}
	}
	// At most maxMonths × MaxMinor, far from overflow.
	if in.Initial.Minor+in.TopUp.Minor*int64(len(in.TopUps)) > domain.MaxMinor {
		at := p.topup.Place
		if !p.topup.Given() {
			at = p.initial.Place
		}
		l.mistakes.Add(at, "wallet: a merchant's credits come to more than the largest amount, %s",
			domain.Money{Minor: domain.MaxMinor, Currency: in.Currency})
	}
}

// checkPolicy asks the rules of the ledger themselves, which know more of what
// makes a policy than whether each value can be read.
func (l *loader) checkPolicy() {
	meta := domain.Meta{Actor: domain.Actor{Role: domain.RolePlatform}}
	platform := domain.NewMerchant("")
	_, _, err := domain.Decide(platform, domain.PublishPolicy{Name: "plan", Policy: l.in.Policy}, meta, nil)
	var invalid *domain.Invalid
	if errors.As(err, &invalid) {
		l.mistakes.Add(l.plan.limitPlace("policy", invalid.Field), "policy.%s %s", invalid.Field, invalid.Why)
	} else if err != nil {
		l.mistakes.Add(l.plan.limitPlace("policy", ""), "policy: %v", err)
	}
	_, _, err = domain.Decide(platform, quotaCommand("plan", l.in.Quota), meta, nil)
	if errors.As(err, &invalid) {
		l.mistakes.Add(l.plan.limitPlace("quota", invalid.Field), "quota.%s %s", invalid.Field, invalid.Why)
	}
}

// quotaCommand sets an agent's quota.
func quotaCommand(agent string, q domain.Quota) domain.SetQuota {
	return domain.SetQuota{
		Agent: agent, PerPayout: q.PerPayout, DailyAmount: q.DailyAmount,
		DailyCount: q.DailyCount, MonthlyAmount: q.MonthlyAmount,
	}
}

// finish derives what follows from rows and orders together.
func (l *loader) finish() {
	in := l.in
	if m := l.plan.merchant.fixed; m.Given() {
		l.merchants[m.Value] = true
	}
	for m := range l.merchants {
		in.Merchants = append(in.Merchants, m)
	}
	slices.Sort(in.Merchants)

	latest := map[string]time.Time{}
	for i := range in.Rows {
		r := &in.Rows[i]
		if r.At.Before(latest[r.Merchant]) {
			in.Late++
		} else {
			latest[r.Merchant] = r.At
		}
		if in.Start.IsZero() || r.At.Before(in.Start) {
			in.Start = r.At
		}
	}
	if len(in.TopUps) > 0 && (in.Start.IsZero() || in.TopUps[0].At.Before(in.Start)) {
		in.Start = in.TopUps[0].At
	}
	l.warn()
	in.Digest = digest(in)
}

func (l *loader) warn() {
	in, p := l.in, l.plan
	if in.Late > 0 {
		in.Warnings = append(in.Warnings, fmt.Sprintf(
			"%d of %d rows are earlier than their merchant's row before and are decided at the later time", in.Late, len(in.Rows)))
	}
	if p.orders != nil && !p.payouts.order.Given() {
		in.Warnings = append(in.Warnings, "payouts.order is not in the plan: every row is ORDER_MISSING")
	}
	if len(p.quota) > 0 && in.OwnerOnly {
		in.Warnings = append(in.Warnings, "quota has no effect: the plan has no agent, and the owner needs no quota")
	}
	if !p.initial.Given() && !p.topup.Given() {
		in.Warnings = append(in.Warnings, "the plan puts nothing into any wallet: no payout can be paid")
	}
}

// agreement is the version of the agreement that a backfilled merchant's owner
// accepts: nobody ticked a box then, and the record should say so.
const agreement = "backfill"

// add counts a row's amount. It is false where those of a merchant come to more
// than a wallet may hold, or all together to more than an int64: later sums are
// parts of these, and need no check.
func (l *loader) add(merchant string, minor int64) bool {
	if minor > math.MaxInt64-l.sum || l.sums[merchant]+minor > domain.MaxMinor {
		return false
	}
	l.sum += minor
	l.sums[merchant] += minor
	return true
}
