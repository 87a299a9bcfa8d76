package domain

// Wallet holds a merchant's money in minor units of its currency. At every
// prefix of the stream Credited − Debited = Available + Held + Paid − Returned,
// and neither Available nor Held is negative.
//
// Nothing here can overflow: CreditWallet keeps Credited, and RequestPayout keeps
// Paid + Held, within MaxMinor, which is a ten-thousandth of what int64 takes.
type Wallet struct {
	Available, Held                   int64
	Credited, Debited, Paid, Returned int64 // running totals
}

func (w *Wallet) credit(minor int64)  { w.Available += minor; w.Credited += minor }
func (w *Wallet) debit(minor int64)   { w.Available -= minor; w.Debited += minor }
func (w *Wallet) reserve(minor int64) { w.Available -= minor; w.Held += minor }
func (w *Wallet) release(minor int64) { w.Held -= minor; w.Available += minor }
func (w *Wallet) pay(minor int64)     { w.Held -= minor; w.Paid += minor }

// giveBack books a payout that came back.
func (w *Wallet) giveBack(minor int64) { w.Available += minor; w.Returned += minor }
