package domain

import "time"

// The wallet's checks, in the order in which people meet them: balance, then
// arrears. Either blocks.

func checkBalance(r *request) {
	if available, asked := r.m.Wallet.Available, r.terms.Money.Minor; asked > available {
		r.failLimit(RuleInsufficientBalance, "available", available, 0, asked, time.Time{})
	}
}

func checkArrears(r *request) {
	if r.m.Arrears > 0 {
		c := r.m.Profile.Currency
		r.fail(Failure{
			Rule: RuleArrearsOutstanding, Name: "arrears", Unit: string(c),
			Limit: Money{0, c}.Amount(), Used: Money{r.m.Arrears, c}.Amount(),
		})
	}
}
