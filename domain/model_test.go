package domain

import (
	"slices"
	"time"
)

// model is a second, deliberately simple evaluator: a list of payouts, and sums
// that are added up anew each time somebody asks. It shares no code with the
// state but the calendar.
type model struct {
	zone              *time.Location
	policy            Policy
	credited, debited int64
	arrears           int64
	exemption         int64
	open              bool
	payouts           []*modelPayout
	refunded          map[string]int64
	agents            map[string]*modelAgent
}

type modelAgent struct {
	granted, removed bool
	quota            *SetQuota
	enabled          bool
}

type modelPayout struct {
	no, agent, order, customer, reason string
	minor, recovered                   int64
	at                                 time.Time
	exempt                             bool
	state                              PayoutState
}

func newModel(zone *time.Location) *model {
	return &model{zone: zone, refunded: map[string]int64{}, agents: map[string]*modelAgent{}}
}

func (d *model) find(no string) *modelPayout {
	for _, p := range d.payouts {
		if p.no == no {
			return p
		}
	}
	panic("no payout " + no)
}

// apply reads what happened, in the words of the events.
func (d *model) apply(e Event, by Actor, at time.Time) {
	switch e := e.(type) {
	case PolicyAdopted:
		d.policy = e.Policy
	case ServiceOpened, ServiceResumed:
		d.open = true
	case ServiceSuspended, ServiceClosed:
		d.open = false
	case AgentAdded:
		d.agents[e.Agent.ID] = &modelAgent{}
	case AgentRemoved:
		d.agents[e.Agent].removed = true
	case PermissionsGranted:
		d.agents[e.Agent].granted = len(e.Permissions) == 3
	case QuotaSet:
		q := SetQuota(e)
		d.agents[e.Agent].quota, d.agents[e.Agent].enabled = &q, true
	case QuotaEnabled:
		d.agents[e.Agent].enabled = true
	case QuotaDisabled:
		d.agents[e.Agent].enabled = false
	case QuotaRemoved:
		d.agents[e.Agent].quota = nil
	case SMSExemptionSet:
		d.exemption = e.Max.Minor
	case WalletCredited:
		d.credited += e.Money.Minor
	case WalletDebited:
		d.debited += e.Money.Minor
	case ArrearsRecorded:
		d.arrears += e.Money.Minor
	case ArrearsCleared:
		d.arrears = 0
	case RefundObserved:
		d.refunded[e.OrderNo] += e.Money.Minor
	case PayoutRequested:
		p := &modelPayout{
			no: e.Payout, order: e.OrderNo, reason: e.Reason, minor: e.Money.Minor, at: at,
			exempt: e.Confirm == ConfirmExempt, state: Requested,
		}
		if by.Role == RoleAgent {
			p.agent = by.ID
		}
		if e.Customer != nil {
			p.customer = e.Customer.Pseudonym
		}
		d.payouts = append(d.payouts, p)
	case SMSChallengeIssued:
		d.find(e.Payout).state = AwaitingSMS
	case ApprovalRequested:
		d.find(e.Payout).state = AwaitingApproval
	case PayoutAuthorized:
		d.find(e.Payout).state = Authorized
	case PayoutSubmitted:
		d.find(e.Payout).state = Submitted
	case PayoutOutcomeUnknown:
		d.find(e.Payout).state = Unknown
	case PayoutPaid:
		d.find(e.Payout).state = Paid
	case PayoutFailed:
		d.find(e.Payout).state = Failed
	case PayoutCancelled:
		d.find(e.Payout).state = Cancelled
	case PayoutRejected:
		d.find(e.Payout).state = Rejected
	case PayoutExpired:
		d.find(e.Payout).state = Expired
	case PayoutReturned:
		d.find(e.Payout).state = Returned
	case DisputeResolved:
		if e.Recovered != nil {
			d.find(e.Payout).recovered += e.Recovered.Minor
		}
	}
}

// sum adds up amount and number of the payouts that came to something (open,
// paid or returned) and that the caller counts.
func (d *model) sum(counts func(p *modelPayout) bool) (minor int64, n int) {
	for _, p := range d.payouts {
		switch p.state {
		case Failed, Cancelled, Rejected, Expired:
			continue
		}
		if counts(p) {
			minor += p.minor
			n++
		}
	}
	return minor, n
}

func (d *model) day(t time.Time) string   { return t.In(d.zone).Format("2006-01-02") }
func (d *model) month(t time.Time) string { return t.In(d.zone).Format("2006-01") }

// failing is every rule that a request fails, with the name of the limit.
func (d *model) failing(by Actor, t PayoutTerms, at time.Time) (out []string) {
	asked := t.Money.Minor
	fail := func(r Rule, name string) { out = append(out, string(r)+" "+name) }
	over := func(limit *Money, used int64) bool { return limit != nil && used+asked > limit.Minor }
	a := d.agents[by.ID]
	isAgent := by.Role == RoleAgent
	if !d.open {
		fail(RuleServiceNotOpen, "")
	}
	if isAgent && (a == nil || a.removed || !a.granted) {
		fail(RulePermissionMissing, "")
	}
	known := !isAgent || a != nil && !a.removed
	if limit := d.policy.AmountMin; limit != nil && asked < limit.Minor {
		fail(RuleAmountBelowMin, "amount_min")
	}
	if over(d.policy.AmountMax, 0) {
		fail(RuleAmountAboveMax, "amount_max")
	}
	onOrder := func(p *modelPayout) bool { return t.OrderNo != "" && p.order == t.OrderNo }
	if _, n := d.sum(onOrder); d.policy.OrderCountMax > 0 && n >= d.policy.OrderCountMax {
		fail(RuleOrderCountExceeded, "order_count_max")
	}
	if d.overShare(d.policy.OrderPercentMax, t, nil) {
		fail(RuleOrderAmountExceeded, "order_percent_max")
	}
	d.duplicates(t, at, fail)
	if isAgent && known {
		d.quota(by.ID, a, asked, at, fail)
	}
	if used, _ := d.sum(func(p *modelPayout) bool { return d.day(p.at) == d.day(at) }); over(d.policy.MerchantDailyAmount, used) {
		fail(RuleMerchantLimitExceeded, "merchant_daily_amount")
	}
	if t.Customer != nil {
		d.customer(t.Customer.Pseudonym, asked, at, fail)
	}
	if asked > d.available() {
		fail(RuleInsufficientBalance, "available")
	}
	if d.arrears > 0 {
		fail(RuleArrearsOutstanding, "arrears")
	}
	return out
}

// overShare: all that went out on the order, this included, against a share of
// what the customer paid and was not refunded; a floor passes in any case.
func (d *model) overShare(share *Percent, t PayoutTerms, floor *Money) bool {
	if share == nil || t.Order == nil {
		return false
	}
	var used int64
	for _, p := range d.payouts {
		switch p.state {
		case Failed, Cancelled, Rejected, Expired, Returned:
			continue
		}
		if p.order == t.OrderNo {
			used += p.minor - p.recovered
		}
	}
	base := max(t.Order.Total.Minor-max(t.Order.Refunded.Minor, d.refunded[t.OrderNo]), 0)
	if floor != nil && used+t.Money.Minor <= floor.Minor {
		return false
	}
	return (used+t.Money.Minor)*100*10_000 > base*int64(*share) // small numbers: no overflow here
}

func (d *model) duplicates(t PayoutTerms, at time.Time, fail func(Rule, string)) {
	if d.policy.DuplicateMinutes == 0 {
		return
	}
	var sameOrder, sameAmount string
	for _, p := range d.payouts {
		switch p.state {
		case Failed, Cancelled, Rejected, Expired:
			continue
		}
		if t.OrderNo != "" && p.order == t.OrderNo && p.reason == t.Reason {
			sameOrder = p.no
		}
		recent := at.Sub(p.at) < time.Duration(d.policy.DuplicateMinutes)*time.Minute
		if t.Customer != nil && p.customer == t.Customer.Pseudonym && p.minor == t.Money.Minor && recent {
			sameAmount = p.no
		}
	}
	if t.Earlier != "" && (t.Earlier == sameOrder || t.Earlier == sameAmount) {
		return
	}
	if sameOrder != "" {
		fail(RuleDuplicateSuspected, "order_and_reason")
	}
	if sameAmount != "" && sameAmount != sameOrder {
		fail(RuleDuplicateSuspected, "customer_and_amount")
	}
}

func (d *model) quota(id string, a *modelAgent, asked int64, at time.Time, fail func(Rule, string)) {
	if a.quota == nil {
		fail(RuleQuotaMissing, id)
		return
	}
	if !a.enabled {
		fail(RuleQuotaDisabled, id)
	}
	day, n := d.sum(func(p *modelPayout) bool { return p.agent == id && d.day(p.at) == d.day(at) })
	month, _ := d.sum(func(p *modelPayout) bool { return p.agent == id && d.month(p.at) == d.month(at) })
	q := a.quota
	if q.PerPayout != nil && asked > q.PerPayout.Minor {
		fail(RuleQuotaExceeded, "per_payout")
	}
	if q.DailyAmount != nil && day+asked > q.DailyAmount.Minor {
		fail(RuleQuotaExceeded, "daily_amount")
	}
	if q.DailyCount > 0 && n+1 > q.DailyCount {
		fail(RuleQuotaExceeded, "daily_count")
	}
	if q.MonthlyAmount != nil && month+asked > q.MonthlyAmount.Minor {
		fail(RuleQuotaExceeded, "monthly_amount")
	}
}

func (d *model) customer(id string, asked int64, at time.Time, fail func(Rule, string)) {
	used, _ := d.sum(func(p *modelPayout) bool { return p.customer == id && d.day(p.at) == d.day(at) })
	if limit := d.policy.CustomerDailyAmount; limit != nil && used+asked > limit.Minor {
		fail(RuleCustomerLimitExceeded, "customer_daily_amount")
	}
	window := time.Duration(d.policy.CustomerCountDays) * 24 * time.Hour
	_, n := d.sum(func(p *modelPayout) bool { return p.customer == id && at.Sub(p.at) < window })
	if d.policy.CustomerCountMax > 0 && n >= d.policy.CustomerCountMax {
		fail(RuleCustomerLimitExceeded, "customer_count_max")
	}
}

func (d *model) available() int64 {
	out, _ := d.sum(func(p *modelPayout) bool { return p.state != Returned })
	return d.credited - d.debited - out
}

// confirm is how a request that fails the given rules must be confirmed; "" if it
// must be refused.
func (d *model) confirm(by Actor, t PayoutTerms, at time.Time, failing []string) string {
	for _, f := range failing {
		rule, _, _ := cutRule(f)
		if !slices.Contains(d.policy.ApprovalRules, rule) {
			return ""
		}
	}
	if len(failing) > 0 || d.overShare(d.policy.ApprovalPercent, t, d.policy.ApprovalFloor) {
		return ConfirmByApproval
	}
	agent := ""
	if by.Role == RoleAgent {
		agent = by.ID
	}
	var tried, n int64 // also what came to nothing
	for _, p := range d.payouts {
		if p.exempt && p.agent == agent && d.day(p.at) == d.day(at) {
			tried += p.minor
			n++
		}
	}
	p := &d.policy
	switch asked := t.Money.Minor; {
	case asked > d.exemption, p.SMSExemptMax == nil, asked > p.SMSExemptMax.Minor,
		p.SMSExemptDailyCount > 0 && n+1 > int64(p.SMSExemptDailyCount),
		p.SMSExemptDailyAmount != nil && tried+asked > p.SMSExemptDailyAmount.Minor:
		return ConfirmBySMS
	}
	return ConfirmExempt
}

func cutRule(f string) (rule Rule, name string, ok bool) {
	for i := range f {
		if f[i] == ' ' {
			return Rule(f[:i]), f[i+1:], true
		}
	}
	return Rule(f), "", false
}
