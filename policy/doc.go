// Package policy reads and writes platform policies as YAML documents: the limits
// that payouts are decided under. The rules are code, the limits are data.
//
// A document has a name, the currency of its amounts, and a key for each limit
// that it sets:
//
//	name: standard
//	currency: CNY
//	amount_max: "200.00"
//	order_count_max: 3
//	reasons_allowed: [price_difference, shipping]
//
// It is the whole policy. A limit that it leaves out never fires, whatever the
// default policy says. Amounts and percentages stand in quotes, amounts with all
// decimal digits of their currency, so that no YAML tool takes them for floating
// point. Everything is checked before anything is published, and each mistake has
// its line and column.
package policy
