package domain

import "time"

func checkAmountMin(r *request) {
	if limit := r.policy.AmountMin; limit != nil && r.terms.Money.Minor < limit.Minor {
		r.fail(Failure{
			Rule: RuleAmountBelowMin, Name: "amount_min", Unit: string(limit.Currency),
			Limit: limit.Amount(), Asked: r.terms.Money.Amount(),
		})
	}
}

func checkAmountMax(r *request) {
	if limit := r.policy.AmountMax; limit != nil && r.terms.Money.Minor > limit.Minor {
		r.fail(Failure{
			Rule: RuleAmountAboveMax, Name: "amount_max", Unit: string(limit.Currency),
			Limit: limit.Amount(), Asked: r.terms.Money.Amount(),
		})
	}
}

// checkDuplicate suspects a second payout for the same order and reason, at any
// time, and one to the same customer of the same amount within the policy's
// minutes (exactly so many later passes). Who names the earlier payout goes on.
func checkDuplicate(r *request) {
	minutes := r.policy.DuplicateMinutes
	if minutes == 0 {
		return
	}
	sameOrder := r.order.latest(r.terms.Reason)
	sameAmount := ""
	window := time.Duration(minutes) * time.Minute
	recent := r.customer.since(r.at.Add(-window))
	for i := len(recent) - 1; i >= 0 && sameAmount == ""; i-- {
		if recent[i].Amount == r.terms.Money.Minor {
			sameAmount = recent[i].Payout
		}
	}
	if named := r.terms.Earlier; named != "" && (named == sameOrder || named == sameAmount) {
		return
	}
	if sameOrder != "" {
		r.fail(Failure{Rule: RuleDuplicateSuspected, Name: "order_and_reason", Earlier: sameOrder})
	}
	if sameAmount != "" && sameAmount != sameOrder {
		r.fail(Failure{Rule: RuleDuplicateSuspected, Name: "customer_and_amount", Earlier: sameAmount})
	}
}
