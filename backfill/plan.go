package backfill

import (
	"io"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/internal/yamlnode"
)

// maxPlanBytes bounds a plan; the ones that people write have one kilobyte.
const maxPlanBytes = 1 << 20

// maxMonths bounds top-ups per merchant: a hundred years of them.
const maxMonths = 1_200

// plan is a plan that has no mistake of its own. What it says of columns and
// files, and how its amounts fit the currency, shows when the data are read.
type plan struct {
	name     string // of the file, without folder and extension
	orders   *ordersPart
	payouts  payoutsPart
	merchant source
	agent    source // zero: the owner requests
	zone     *time.Location
	zoneName string
	limits   []limit // of policy
	quota    []limit
	policyAt Place // of the keys policy and quota
	quotaAt  Place
	initial  text
	topup    text
	first    month // of topup
	last     month
}

type ordersPart struct {
	file                        text
	id, placed, customer, total source
}

type payoutsPart struct {
	file                                                     text
	id, requested, amount, currency, reason, order, customer source
	where                                                    []condition
}

// condition keeps rows whose column has one of the values.
type condition struct {
	column text
	values map[string]bool
}

// readPlan reads the text of a plan. name is what mistakes call the file.
func readPlan(name string, content io.Reader, mistakes *Mistakes) *plan {
	start := Place{File: name, Line: 1, Col: 1}
	data, err := io.ReadAll(io.LimitReader(content, maxPlanBytes+1))
	if err != nil {
		mistakes.Add(start, "read plan: %v", err)
		return nil
	}
	if len(data) > maxPlanBytes {
		mistakes.Add(start, "a plan has at most %d bytes", maxPlanBytes)
		return nil
	}
	r := &yamlnode.Reader{File: name, Whole: "the plan", Mistakes: mistakes}
	root := r.Parse(data)
	if root == nil {
		return nil
	}
	top, ok := r.Mapping(root, start, "", []string{"orders", "payouts", "merchant", "agent", "timezone", "policy", "quota", "wallet"})
	if !ok {
		return nil
	}
	base := path.Base(filepath.ToSlash(name))
	p := &plan{name: strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".yml")}
	m := section{top, mistakes}
	m.Need("payouts", "merchant", "timezone")
	p.readOrders(m)
	p.readPayouts(m)
	p.merchant = m.party("merchant", "column", "id")
	p.agent = m.party("agent", "column", "default", "id")
	p.readZone(m)
	p.limits, p.policyAt = m.limits("policy", policyLimits)
	p.quota, p.quotaAt = m.limits("quota", quotaLimits)
	p.readWallet(m)
	p.checkLimits(mistakes)
	if mistakes.Count() > 0 {
		return nil
	}
	return p
}

func (p *plan) readOrders(m section) {
	o, ok := m.in("orders", "file", "id", "placed_at", "customer", "total")
	if !ok {
		return
	}
	o.Need("file", "id")
	p.orders = &ordersPart{
		file: o.Text("file"),
		id:   o.column("id"), placed: o.column("placed_at"), customer: o.column("customer"), total: o.column("total"),
	}
}

func (p *plan) readPayouts(m section) {
	o, ok := m.in("payouts", "file", "id", "requested_at", "order", "customer", "amount", "currency", "reason", "where")
	if !ok {
		return
	}
	o.Need("file", "id", "requested_at", "amount", "currency", "reason")
	p.payouts = payoutsPart{
		file: o.Text("file"),
		id:   o.column("id"), requested: o.column("requested_at"), amount: o.column("amount"),
		order: o.column("order"), customer: o.column("customer"),
		currency: o.source("currency"), reason: o.source("reason"),
	}
	if fault := nameFault(p.payouts.reason.fixed.Value, domain.MaxReasonBytes, false); fault != "" {
		o.mistakes.Add(p.payouts.reason.fixed.Place, "payouts.reason %s", fault)
	}
	if c := p.payouts.currency.fixed; c.Given() {
		if _, ok := domain.Currency(c.Value).Scale(); !ok {
			o.mistakes.Add(c.Place, "payouts.currency: %q is not an ISO 4217 code, such as CNY", c.Value)
		}
	}
	where, ok := o.in("where")
	if !ok {
		return
	}
	if len(where.Keys) == 0 {
		o.mistakes.Add(where.At, "payouts.where: name a column and its values, such as {status: [paid]}")
	}
	for _, key := range where.Keys {
		c := condition{column: key, values: map[string]bool{}}
		for _, v := range where.List(key.Value) {
			c.values[v.Value] = true
		}
		p.payouts.where = append(p.payouts.where, c)
	}
}

func (p *plan) readZone(m section) {
	zone := m.Text("timezone")
	if !zone.Given() {
		return
	}
	loc, err := time.LoadLocation(zone.Value)
	if err != nil || zone.Value == "Local" {
		m.mistakes.Add(zone.Place, "timezone: %q is not an IANA time zone, such as Europe/London", zone.Value)
		return
	}
	p.zone, p.zoneName = loc, zone.Value
}

func (p *plan) readWallet(m section) {
	w, ok := m.in("wallet", "initial", "topup", "first_month", "last_month")
	if !ok {
		return
	}
	p.initial, p.topup = w.Text("initial"), w.Text("topup")
	if !w.Has("topup") {
		for _, key := range []string{"first_month", "last_month"} {
			if w.Has(key) {
				m.mistakes.Add(w.Place(key), "wallet.%s: there is no topup", key)
			}
		}
		return
	}
	w.Need("first_month", "last_month")
	first, last := w.Text("first_month"), w.Text("last_month")
	if !first.Given() || !last.Given() {
		return
	}
	var bad bool
	for _, month := range []struct {
		text
		to *month
	}{{first, &p.first}, {last, &p.last}} {
		var err error
		if *month.to, err = parseMonth(month.Value); err != nil {
			m.mistakes.Add(month.Place, "wallet: %v", err)
			bad = true
		}
	}
	f, l := time.Time(p.first), time.Time(p.last)
	switch months := (l.Year()-f.Year())*12 + int(l.Month()) - int(f.Month()) + 1; {
	case bad:
	case months < 1:
		m.mistakes.Add(last.Place, "wallet.last_month: %s is before first_month, %s", p.last, p.first)
	case months > maxMonths:
		m.mistakes.Add(last.Place, "wallet.last_month: %d months, at most %d", months, maxMonths)
	}
}
