package policy

import "github.com/amends-ledger/amends/domain"

const (
	sectionWho    = "Who may open the service"
	sectionOrder  = "What a payout is for"
	sectionLimits = "How much, how often"
)

var whoKeys = []Key{
	{
		Name: "eligible_modes", Section: sectionWho, More: Looser,
		Meaning: "Cooperation modes of merchants that may open the service. Where neither this nor eligible_entity_types is given, everybody may who is not on the lists of those that can't.",
		Reason:  "the marketplace offers the service to merchants in this mode",
		field:   func(p *domain.Policy) any { return &p.EligibleModes },
	},
	{
		Name: "eligible_entity_types", Section: sectionWho, More: Looser,
		Meaning: "Entity types of merchants that may open the service, whatever their mode.",
		Reason:  "the marketplace offers it to these types as well: Jingxi enterprises (京喜企業) and sole traders (京喜個體), small-shop sole traders (小店個體)",
		field:   func(p *domain.Policy) any { return &p.EligibleTypes },
	},
	{
		Name: "ineligible_modes", Section: sectionWho, More: Tighter,
		Meaning: "Cooperation modes that can't open the service. Not eligible wins where both apply.",
		Reason:  "the marketplace does not offer it in these modes; CARD are card codes (卡密)",
		field:   func(p *domain.Policy) any { return &p.IneligibleModes },
	},
	{
		Name: "ineligible_entity_types", Section: sectionWho, More: Tighter,
		Meaning: "Entity types that can't open the service. Not eligible wins where both apply.",
		Reason:  "the marketplace does not offer it to natural persons",
		field:   func(p *domain.Policy) any { return &p.IneligibleTypes },
	},
	{
		Name: "rollout", Section: sectionWho, More: Tighter, Example: "true",
		Meaning: "While it is on, only invited merchants may open the service. Those that have opened it go on.",
		Reason:  "a platform switches it on while it tries the service out",
		field:   func(p *domain.Policy) any { return &p.Rollout },
	},
	{
		Name: "self_after_sales_required", Section: sectionWho, More: Tighter,
		Meaning: "The merchant must run its own after-sales.",
		Reason:  "who does not talk to customers has nothing to make up for",
		field:   func(p *domain.Policy) any { return &p.SelfAfterSales },
	},
	{
		Name: "wallet_required", Section: sectionWho, More: Tighter,
		Meaning: "The merchant's enterprise wallet must be open.",
		Reason:  "payouts are paid from it",
		field:   func(p *domain.Policy) any { return &p.WalletRequired },
	},
	{
		Name: "agreement_version", Section: sectionWho,
		Meaning: "The version of the agreement that the owner must have accepted. A new version stops payouts until the owner accepts it.",
		Reason:  "every merchant reads and ticks an agreement before use",
		field:   func(p *domain.Policy) any { return &p.AgreementVersion },
	},
}

var orderKeys = []Key{
	{
		Name: "customer_required", Section: sectionOrder, More: Tighter,
		Meaning: "Every request must name the customer who is paid.",
		Reason:  "limits for each customer and the check for duplicates need to know",
		field:   func(p *domain.Policy) any { return &p.CustomerRequired },
	},
	{
		Name: "order_required", Section: sectionOrder, More: Tighter,
		Meaning: "Every request must name an order that the source of orders knows.",
		Reason:  "a payout makes up for something that was bought",
		field:   func(p *domain.Policy) any { return &p.OrderRequired },
	},
	{
		Name: "order_states_denied", Section: sectionOrder, More: Tighter,
		Meaning: "States of an order in which nothing is paid. Every other state is payable.",
		Reason:  "before payment, while it is locked, and when it is being cancelled, the order itself settles the money",
		field:   func(p *domain.Policy) any { return &p.OrderStatesDenied },
	},
	{
		Name: "reasons_allowed", Section: sectionOrder, More: Looser,
		Meaning: "Reasons that a payout may have. Where it is left out, any reason may be given that is not denied.",
		Reason:  "the reasons that marketplaces offer",
		field:   func(p *domain.Policy) any { return &p.ReasonsAllowed },
	},
	{
		Name: "reasons_denied", Section: sectionOrder, More: Tighter, Example: "[goods_payment]",
		Meaning: "Reasons that a payout may not have, also if they are allowed.",
		field:   func(p *domain.Policy) any { return &p.ReasonsDenied },
	},
	{
		Name: "order_window_days", Section: sectionOrder, Unit: days, More: Looser,
		Meaning: "How long after its completion, or else its placement, an order can get payouts. A day is 24 hours.",
		Reason:  "marketplaces have such a limit; how long it is, is policy",
		field:   func(p *domain.Policy) any { return &p.OrderWindowDays },
	},
}

var limitKeys = []Key{
	{
		Name: "amount_min", Section: sectionLimits, More: Tighter,
		Meaning: "The smallest payout.",
		Reason:  "WeChat and Alipay transfers start at 0.10",
		field:   func(p *domain.Policy) any { return &p.AmountMin },
	},
	{
		Name: "amount_max", Section: sectionLimits, More: Looser,
		Meaning: "The largest payout.",
		Reason:  "QQ wallet pays 0.10 to 200.00 at a time",
		field:   func(p *domain.Policy) any { return &p.AmountMax },
	},
	{
		Name: "order_count_max", Section: sectionLimits, Unit: payouts, More: Looser,
		Meaning: "Payouts on one order. Failed, expired, cancelled and rejected ones don't count.",
		Reason:  "Pinduoduo allows 3",
		field:   func(p *domain.Policy) any { return &p.OrderCountMax },
	},
	{
		Name: "order_percent_max", Section: sectionLimits, More: Looser,
		Meaning: "All payouts on an order together, as a share of what the customer paid and was not refunded.",
		Reason:  "refunds don't look at payouts, so payouts look at refunds: together they stay within what was paid",
		field:   func(p *domain.Policy) any { return &p.OrderPercentMax },
	},
	{
		Name: "approval_percent", Section: sectionLimits, More: Looser,
		Meaning: "Over this share of what was paid and not refunded, all payouts on the order together, a request waits for somebody else's approval.",
		Reason:  "a large part of an order's price is worth a second look",
		field:   func(p *domain.Policy) any { return &p.ApprovalPercent },
	},
	{
		Name: "approval_floor", Section: sectionLimits, More: Looser, AbsentIsTightest: true,
		Meaning: "Up to this amount on an order no approval is needed for its share.",
		Reason:  "on cheap orders a small sum is a large share",
		field:   func(p *domain.Policy) any { return &p.ApprovalFloor },
	},
	{
		Name: "approval_rules", Section: sectionLimits, More: Looser, AbsentIsTightest: true,
		Meaning: "Limits over which a request waits for approval instead of being refused. Who may pay, what the wallet holds and what is owed can't be approved away.",
		Reason:  "these are about sums, where an exception can be right; the others are refused",
		field:   func(p *domain.Policy) any { return &p.ApprovalRules },
	},
	{
		Name: "duplicate_minutes", Section: sectionLimits, Unit: minutes, More: Tighter,
		Meaning: "A request for the same order and reason as an earlier payout, or for the same customer and amount within so many minutes, must name that payout to go on.",
		Reason:  "customers who were paid twice are a real complaint",
		field:   func(p *domain.Policy) any { return &p.DuplicateMinutes },
	},
	{
		Name: "merchant_daily_amount", Section: sectionLimits, More: Looser,
		Meaning: "All payouts of a merchant in a day of its own calendar.",
		Reason:  "QQ wallet pays 50,000 a day",
		field:   func(p *domain.Policy) any { return &p.MerchantDailyAmount },
	},
	{
		Name: "customer_daily_amount", Section: sectionLimits, More: Looser,
		Meaning: "All payouts of a merchant to one customer in a day of the merchant's calendar.",
		Reason:  "QQ wallet pays 2,000 a day to one person",
		field:   func(p *domain.Policy) any { return &p.CustomerDailyAmount },
	},
	{
		Name: "customer_count_max", Section: sectionLimits, Unit: payouts, More: Looser,
		Meaning: "Payouts of a merchant to one customer in the last customer_count_days.",
		Reason:  "a customer who is paid more often is a case for somebody to look at",
		field:   func(p *domain.Policy) any { return &p.CustomerCountMax },
	},
	{
		Name: "customer_count_days", Section: sectionLimits, Unit: days, More: Tighter,
		Meaning: "How far customer_count_max looks back. A day is 24 hours.",
		Reason:  "about a month",
		field:   func(p *domain.Policy) any { return &p.CustomerCountDays },
	},
}
