package domain

// Codes of cooperation modes and entity types that the default policy knows.
const (
	ModePOPSOP = "POP-SOP"
	ModeFBP    = "FBP"
	ModeLOC    = "LOC"
	ModeCard   = "CARD" // 卡密
	ModeSCF    = "SCF"
	ModeFCS    = "FCS"

	EntityJingxiEnterprise    = "jingxi_enterprise"      // 京喜企業
	EntityJingxiSoleTrader    = "jingxi_sole_trader"     // 京喜個體
	EntitySmallShopSoleTrader = "small_shop_sole_trader" // 小店個體
	EntityNaturalPerson       = "natural_person"
)

// Reasons that the default policy allows.
const (
	ReasonPriceDifference = "price_difference" // 補差價
	ReasonShipping        = "shipping"         // 補運費
	ReasonActivity        = "activity"         // 活動補償
	ReasonGoodsPayment    = "goods_payment"    // 貨款
	ReasonQuality         = "quality"          // 商品質量
	ReasonOther           = "other"            // 其他
)

// DefaultPolicy is what a platform starts from. The amounts are meant in yuan;
// for another currency they are the same numbers, and somebody has to look at
// them. The smallest amount is 0.10, or one unit of a currency without decimals.
//
// Where the figures come from: WeChat and Alipay transfers start at 0.10, QQ
// wallet pays 0.10 to 200 at a time, 50,000 a day and 2,000 a day to one person;
// Pinduoduo allows 3 payouts on an order. SMS figures are the strictest of the
// Chinese carriers' rules.
func DefaultPolicy(c Currency) Policy {
	scale, _ := c.Scale()
	unit := int64(pow10[scale])
	amount := func(major int64) *Money { return &Money{major * unit, c} }
	percent := func(p Percent) *Percent { p *= percentUnit; return &p }
	return Policy{
		EligibleModes:   []string{ModePOPSOP},
		EligibleTypes:   []string{EntityJingxiEnterprise, EntityJingxiSoleTrader, EntitySmallShopSoleTrader},
		IneligibleModes: []string{ModeFBP, ModeLOC, ModeCard, ModeSCF, ModeFCS},
		IneligibleTypes: []string{EntityNaturalPerson},

		SelfAfterSales: true, WalletRequired: true, AgreementVersion: "1",
		CustomerRequired: true, OrderRequired: true,
		OrderStatesDenied: []string{OrderBeforePayment, OrderLocked, OrderCancelling, OrderCancelled},
		ReasonsAllowed: []string{
			ReasonPriceDifference, ReasonShipping, ReasonActivity, ReasonGoodsPayment, ReasonQuality, ReasonOther,
		},

		OrderWindowDays: 90,
		AmountMin:       &Money{max(1, unit/10), c},
		AmountMax:       amount(200),
		OrderCountMax:   3,
		OrderPercentMax: percent(100),
		ApprovalPercent: percent(30),
		ApprovalFloor:   amount(20),
		ApprovalRules:   []Rule{RuleAmountAboveMax, RuleQuotaExceeded, RuleCustomerLimitExceeded},

		DuplicateMinutes: 10,

		// The exemption is off; where it is set, these hold.
		SMSExemptDailyCount: 10, SMSExemptDailyAmount: amount(100), SMSExemptPhoneHours: 24,

		MerchantDailyAmount: amount(50_000),
		CustomerDailyAmount: amount(2_000),
		CustomerCountMax:    3,
		CustomerCountDays:   30,

		SMSDigits: DefaultSMSDigits, SMSSeconds: DefaultSMSSeconds, SMSTries: DefaultSMSTries,
		SMSResendSeconds: 60, SMSSendsMax: 3, SMSPhoneHourMax: 5, SMSPhoneDayMax: 10, SMSPhoneFailures: 20,

		ExpireSMSMinutes: DefaultExpireSMSMinutes, ExpireApprovalHours: DefaultExpireApprovalHours,
		ExpireAuthorizedHours: DefaultExpireAuthorizedHours, ReturnDays: DefaultReturnDays,

		Label: "小額打款",
		ReasonLabels: map[string]string{
			ReasonPriceDifference: "補差價", ReasonShipping: "補運費", ReasonActivity: "活動補償",
			ReasonGoodsPayment: "貨款", ReasonQuality: "商品質量", ReasonOther: "其他",
		},
	}
}

// SuggestedQuota is what an owner is shown for a new agent. Nothing is set until
// the owner sets it: an agent without a quota can't pay.
func SuggestedQuota(agent string, c Currency) SetQuota {
	scale, _ := c.Scale()
	amount := func(major int64) *Money { return &Money{major * int64(pow10[scale]), c} }
	return SetQuota{Agent: agent, PerPayout: amount(50), DailyAmount: amount(500), DailyCount: 30, MonthlyAmount: amount(5_000)}
}
