package backfill

import (
	"bytes"
	"io"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/amends-ledger/amends/domain"
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

// source says where a value comes from: a column, or the same for every row.
type source struct {
	column   text // with Value "" if fixed
	fixed    text
	fallback text // for rows where the column is empty
}

func (s source) given() bool { return s.column.given() || s.fixed.given() }

// condition keeps rows whose column has one of the values.
type condition struct {
	column text
	values map[string]bool
}

// readPlan reads the text of a plan. name is what mistakes call the file.
func readPlan(name string, content io.Reader, mistakes *Mistakes) *plan {
	start := Place{name, 1, 1}
	data, err := io.ReadAll(io.LimitReader(content, maxPlanBytes+1))
	if err != nil {
		mistakes.add(start, "read plan: %v", err)
		return nil
	}
	if len(data) > maxPlanBytes {
		mistakes.add(start, "a plan has at most %d bytes", maxPlanBytes)
		return nil
	}
	root := parseYAML(name, data, mistakes)
	if root == nil {
		return nil
	}
	base := path.Base(filepath.ToSlash(name))
	p := &plan{name: strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".yml")}
	r := &reader{name, mistakes}
	m, ok := r.mapping(root, start, "", "orders", "payouts", "merchant", "agent", "timezone", "policy", "quota", "wallet")
	if !ok {
		return nil
	}
	m.need("payouts", "merchant", "timezone")
	p.readOrders(m)
	p.readPayouts(m)
	p.merchant = m.party("merchant", "column", "id")
	p.agent = m.party("agent", "column", "default", "id")
	p.readZone(m)
	p.limits, p.policyAt = m.limits("policy", policyLimits)
	p.quota, p.quotaAt = m.limits("quota", quotaLimits)
	p.readWallet(m)
	p.checkLimits(mistakes)
	if !mistakes.none() {
		return nil
	}
	return p
}

// yamlLine finds the line in an error of the YAML parser, which has no field for it.
var yamlLine = regexp.MustCompile(`^yaml: line ([0-9]+): `)

// parseYAML returns the root of the one document in data, or notes why not.
func parseYAML(name string, data []byte, mistakes *Mistakes) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at, ok := firstInvalid(data); ok {
		before := data[:at]
		line := bytes.Count(before, []byte{'\n'}) + 1
		col := len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:]))) + 1
		mistakes.add(Place{name, line, col}, "not UTF-8")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	err := dec.Decode(&doc)
	if err == nil {
		if err = dec.Decode(&second); err == nil {
			mistakes.add(Place{name, second.Line, second.Column}, "a second document; a plan is one")
			return nil
		}
	} else if err == io.EOF {
		mistakes.add(Place{name, 1, 1}, "the plan is empty")
		return nil
	}
	if err != io.EOF {
		at, what := Place{name, 1, 1}, err.Error()
		if m := yamlLine.FindStringSubmatch(what); m != nil {
			at.Line, _ = strconv.Atoi(m[1])
			what = what[len(m[0]):]
		}
		mistakes.add(at, "not YAML: %s", strings.TrimPrefix(what, "yaml: "))
		return nil
	}
	return doc.Content[0]
}

func (p *plan) readOrders(m mapping) {
	o, ok := m.in("orders", "file", "id", "placed_at", "customer", "total")
	if !ok {
		return
	}
	o.need("file", "id")
	p.orders = &ordersPart{
		file: o.text("file"),
		id:   o.column("id"), placed: o.column("placed_at"), customer: o.column("customer"), total: o.column("total"),
	}
}

func (p *plan) readPayouts(m mapping) {
	o, ok := m.in("payouts", "file", "id", "requested_at", "order", "customer", "amount", "currency", "reason", "where")
	if !ok {
		return
	}
	o.need("file", "id", "requested_at", "amount", "currency", "reason")
	p.payouts = payoutsPart{
		file: o.text("file"),
		id:   o.column("id"), requested: o.column("requested_at"), amount: o.column("amount"),
		order: o.column("order"), customer: o.column("customer"),
		currency: o.source("currency"), reason: o.source("reason"),
	}
	if fault := nameFault(p.payouts.reason.fixed.Value, domain.MaxReasonBytes, false); fault != "" {
		o.r.mistakes.add(p.payouts.reason.fixed.Place, "payouts.reason %s", fault)
	}
	if c := p.payouts.currency.fixed; c.given() {
		if _, ok := domain.Currency(c.Value).Scale(); !ok {
			o.r.mistakes.add(c.Place, "payouts.currency: %q is not an ISO 4217 code, such as CNY", c.Value)
		}
	}
	where, ok := o.in("where")
	if !ok {
		return
	}
	if len(where.by) == 0 {
		o.r.mistakes.add(where.at, "payouts.where: name a column and its values, such as {status: [paid]}")
	}
	n := o.by["where"]
	for i := 0; i+1 < len(n.Content); i += 2 { // in the plan's order, so that mistakes are
		key := n.Content[i]
		if where.by[key.Value] != n.Content[i+1] {
			continue
		}
		c := condition{column: where.r.text(key, "payouts.where"), values: map[string]bool{}}
		for _, v := range where.list(key.Value) {
			c.values[v.Value] = true
		}
		p.payouts.where = append(p.payouts.where, c)
	}
}

// column reads a column's name: COLUMN or {column: COLUMN}.
func (m mapping) column(key string) source {
	if n := m.by[key]; n != nil && n.Kind == yaml.MappingNode {
		inner, _ := m.in(key, "column")
		inner.need("column")
		return source{column: inner.text("column")}
	}
	return source{column: m.text(key)}
}

// source reads COLUMN, {column: COLUMN} or {value: VALUE}.
func (m mapping) source(key string) source {
	n := m.by[key]
	if n == nil || n.Kind != yaml.MappingNode {
		return m.column(key)
	}
	return m.oneOf(key, "value", "column", "value")
}

// party reads {column: COLUMN}, {id: NAME} and whatever else is known.
func (m mapping) party(key string, known ...string) source {
	if m.by[key] == nil {
		return source{}
	}
	s := m.oneOf(key, "id", known...)
	for _, t := range []text{s.fixed, s.fallback} {
		if fault := nameFault(t.Value, domain.MaxIDBytes, false); fault != "" {
			m.r.mistakes.add(t.Place, "the %s %s", key, fault)
		}
	}
	return s
}

// oneOf reads a mapping that names a column or, under the key fixed, a value.
func (m mapping) oneOf(key, fixed string, known ...string) source {
	inner, ok := m.in(key, known...)
	if !ok {
		return source{}
	}
	if (inner.by["column"] == nil) == (inner.by[fixed] == nil) {
		m.r.mistakes.add(inner.at, "%s: either column or %s is needed", inner.name, fixed)
	}
	s := source{column: inner.text("column"), fixed: inner.text(fixed), fallback: inner.text("default")}
	if s.fixed.given() && s.fallback.given() {
		m.r.mistakes.add(s.fallback.Place, "%s: default stands in for an empty column, and there is none", inner.name)
	}
	return s
}

func (p *plan) readZone(m mapping) {
	zone := m.text("timezone")
	if !zone.given() {
		return
	}
	loc, err := time.LoadLocation(zone.Value)
	if err != nil || zone.Value == "Local" {
		m.r.mistakes.add(zone.Place, "timezone: %q is not an IANA time zone, such as Europe/London", zone.Value)
		return
	}
	p.zone, p.zoneName = loc, zone.Value
}

func (p *plan) readWallet(m mapping) {
	w, ok := m.in("wallet", "initial", "topup", "first_month", "last_month")
	if !ok {
		return
	}
	p.initial, p.topup = w.text("initial"), w.text("topup")
	if w.by["topup"] == nil {
		for _, key := range []string{"first_month", "last_month"} {
			if w.by[key] != nil {
				m.r.wrong(w.by[key], "wallet.%s: there is no topup", key)
			}
		}
		return
	}
	w.need("first_month", "last_month")
	first, last := w.text("first_month"), w.text("last_month")
	if !first.given() || !last.given() {
		return
	}
	var bad bool
	for _, month := range []struct {
		text
		to *month
	}{{first, &p.first}, {last, &p.last}} {
		var err error
		if *month.to, err = parseMonth(month.Value); err != nil {
			m.r.mistakes.add(month.Place, "wallet: %v", err)
			bad = true
		}
	}
	f, l := time.Time(p.first), time.Time(p.last)
	switch months := (l.Year()-f.Year())*12 + int(l.Month()) - int(f.Month()) + 1; {
	case bad:
	case months < 1:
		m.r.mistakes.add(last.Place, "wallet.last_month: %s is before first_month, %s", p.last, p.first)
	case months > maxMonths:
		m.r.mistakes.add(last.Place, "wallet.last_month: %d months, at most %d", months, maxMonths)
	}
}
