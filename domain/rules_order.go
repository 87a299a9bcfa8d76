package domain

import (
	"slices"
	"time"
)

func (r *request) hasCustomer() bool {
	return r.terms.Customer != nil && r.terms.Customer.Pseudonym != ""
}

func checkCustomerGiven(r *request) {
	if r.policy.CustomerRequired && !r.hasCustomer() {
		r.fail(Failure{Rule: RuleCustomerMissing})
	}
}

func checkOrderKnown(r *request) {
	if r.policy.OrderRequired && r.terms.Order == nil {
		r.fail(Failure{Rule: RuleOrderMissing, Name: r.orderNo})
	}
}

// checkOrderCustomer: money goes to who placed the order. Only where both are known.
func checkOrderCustomer(r *request) {
	o := r.terms.Order
	if o != nil && o.Customer != "" && r.hasCustomer() && o.Customer != r.terms.Customer.Pseudonym {
		r.fail(Failure{Rule: RuleOrderCustomerMismatch, Name: r.orderNo})
	}
}

// checkOrderState: an order without a state is payable.
func checkOrderState(r *request) {
	o := r.terms.Order
	if o != nil && o.State != "" && slices.Contains(r.policy.OrderStatesDenied, o.State) {
		r.fail(Failure{Rule: RuleOrderStateForbidden, Name: o.State})
	}
}

func checkReason(r *request) {
	p, reason := r.policy, r.terms.Reason
	if slices.Contains(p.ReasonsDenied, reason) ||
		len(p.ReasonsAllowed) > 0 && !slices.Contains(p.ReasonsAllowed, reason) {
		r.fail(Failure{Rule: RuleReasonNotAllowed, Name: reason})
	}
}

const day24 = 24 * time.Hour

// daysBegun says that, a second after 90 days, the 91st has begun.
func daysBegun(age time.Duration) string { return itoa(int((age+day24-1)/day24)) + "d" }

// checkOrderWindow: n days are n × 24 h between instants, from the order's
// completion, else from its placement. If neither is known there is no window.
func checkOrderWindow(r *request) {
	o, days := r.terms.Order, r.policy.OrderWindowDays
	if days == 0 || o == nil {
		return
	}
	from := o.CompletedAt
	if from.IsZero() {
		from = o.PlacedAt
	}
	if from.IsZero() {
		return
	}
	if age := r.at.Sub(from); age > time.Duration(days)*day24 {
		r.fail(Failure{
			Rule: RuleOrderWindowClosed, Unit: UnitDays, Limit: itoa(days) + "d", Used: daysBegun(age),
		})
	}
}

// checkOrderCount counts payouts on the order, open or paid, whoever asked.
func checkOrderCount(r *request) {
	if limit := r.policy.OrderCountMax; limit > 0 && r.order != nil && r.order.Count >= limit {
		r.failCount(RuleOrderCountExceeded, "order_count_max", limit, r.order.Count, time.Time{})
	}
}

// checkOrderAmount: all payouts on an order together stay within a share of what
// the customer paid and was not refunded. The comparison is exact; the limit in
// the answer is the largest amount that passes.
func checkOrderAmount(r *request) {
	percent := r.policy.OrderPercentMax
	if percent == nil || r.terms.Order == nil {
		return
	}
	base, used := r.orderBase(), r.orderUsed()
	if asked := r.terms.Money.Minor; percent.Exceeds(used+asked, base) {
		r.failLimit(RuleOrderAmountExceeded, "order_percent_max", percent.Of(base), used, asked, time.Time{})
	}
}

// orderBase is what the customer paid less what was refunded: as the facts say,
// or as was observed since, whichever is more.
func (r *request) orderBase() int64 {
	refunded := r.terms.Order.Refunded.Minor
	if r.order != nil {
		refunded = max(refunded, r.order.Refunded)
	}
	return r.terms.Order.Total.Minor - refunded
}

// orderUsed is what payouts on the order reserved or paid.
func (r *request) orderUsed() int64 {
	if r.order == nil {
		return 0
	}
	return r.order.Amount
}
