// Package backfill reads what a merchant paid in the past and sends it through
// the ledger, row by row, as if it were asked for then: the same rules, the same
// SMS, the same rail, each at its own effective time.
//
// # A plan
//
// A plan is a YAML file. It says where the rows are, what their columns mean, and
// which limits were in force. Keys that are not listed here are mistakes, and so
// is a key that stands twice.
//
//	orders:                         # optional: the trusted source of order facts
//	  file: orders.csv.gz           # CSV with a header, UTF-8, plain or gzip'd
//	  id: COLUMN                    # the order number, once per order
//	  placed_at: COLUMN             # optional, but order_window_days needs it
//	  customer: COLUMN              # optional
//	  total: COLUMN                 # optional, but order_percent_max needs it
//	payouts:                        # one request per row, decided in file order
//	  file: payouts.csv
//	  id: COLUMN                    # the caller's own number; the same one may stand twice
//	  requested_at: COLUMN
//	  amount: COLUMN                # more than zero
//	  currency: COLUMN or {value: USD}    # the same in every row
//	  reason: COLUMN or {value: other}
//	  order: COLUMN                 # optional
//	  customer: COLUMN              # optional; if given, an empty one is CUSTOMER_MISSING
//	  where: {COLUMN: [VALUE, …]}   # optional: rows that have one of the values, in every column named
//	merchant: {column: COLUMN} or {id: M1}
//	agent: {column: COLUMN, default: NAME} or {id: A1}    # optional
//	timezone: Europe/London         # of quota days and months, wallet months and local times
//	policy:                         # optional; a limit that is not named is off
//	  amount_min, amount_max, order_count_max, order_percent_max, order_window_days,
//	  reasons_allowed, reasons_denied, merchant_daily_amount, customer_daily_amount,
//	  customer_count_max with customer_count_days, duplicate_minutes,
//	  sms_exempt_max, sms_exempt_daily_count, sms_exempt_daily_amount
//	quota:                          # optional; the same for every agent
//	  per_payout, daily_amount, daily_count, monthly_amount
//	wallet:                         # optional; the same for every merchant
//	  initial: "10.00"              # credited before its first row
//	  topup: "10.00"                # on the first instant of every local month
//	  first_month: 2010-12          # with topup: from and to, both included
//	  last_month: 2011-12
//
// A COLUMN may also be written {column: COLUMN}.
//
// # How it is read
//
//   - A time is RFC 3339, or a local date and time without an offset, or a date,
//     which means midnight, in timezone. A local time that a change of clocks
//     skips is the instant of the change; one that comes twice is the first.
//   - With where, a row whose amount is empty or zero is passed over; without, it
//     is a mistake.
//   - Each value of the merchant's column is a merchant, also those that only the
//     orders file has. A row without a merchant is MERCHANT_MISSING.
//   - Each value of the agent's column is an agent of its merchant, with all
//     permissions and, if the plan has no quota, with one that limits nothing. A
//     row without an agent takes the default. Without default nobody can have
//     asked, and it is PERMISSION_MISSING: who is not named has no permission,
//     and must not pass as the owner, whom no quota binds. Where the plan has no
//     agent at all, every request is the owner's.
//   - A row that is earlier than its merchant's row before is decided at the time
//     of that one, and counted in a warning.
//   - A top-up comes before the rows of its instant, and also after the last row.
//
// All mistakes are found before anything is written.
package backfill
