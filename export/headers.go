package export

// headers are the columns' names for people, by language: simplified Chinese,
// traditional Chinese. English keeps the names that programs use.
var headers = map[string][2]string{
	"account":          {"子账号", "子賬號"},
	"actor":            {"操作人", "操作人"},
	"amount":           {"金额", "金額"},
	"available":        {"可用余额", "可用餘額"},
	"confirm_method":   {"验证方式", "驗證方式"},
	"confirmed_at":     {"验证时间", "驗證時間"},
	"count":            {"笔数", "筆數"},
	"currency":         {"币种", "幣種"},
	"customer_account": {"客户账号", "客戶賬號"},
	"data":             {"事件内容", "事件內容"},
	"effective_at":     {"业务时间", "業務時間"},
	"entry":            {"打款入口", "打款入口"},
	"event_id":         {"事件编号", "事件編號"},
	"external":         {"外部单号", "外部單號"},
	"failure_code":     {"失败原因", "失敗原因"},
	"first_at":         {"首笔时间", "首筆時間"},
	"held":             {"冻结金额", "凍結金額"},
	"kind":             {"类型", "類型"},
	"last_at":          {"末笔时间", "末筆時間"},
	"limit_amount":     {"限额", "限額"},
	"limit_count":      {"限笔", "限筆"},
	"merchant":         {"商家", "商家"},
	"order_no":         {"订单号", "訂單號"},
	"order_refunded":   {"订单已退款", "訂單已退款"},
	"order_total":      {"订单金额", "訂單金額"},
	"paid_at":          {"打款时间", "打款時間"},
	"payout_no":        {"打款单号", "打款單號"},
	"period":           {"周期", "週期"},
	"position":         {"账本位置", "賬本位置"},
	"rail":             {"出款渠道", "出款渠道"},
	"rail_ref":         {"渠道单号", "渠道單號"},
	"reason":           {"原因代码", "原因代碼"},
	"reason_label":     {"打款原因", "打款原因"},
	"recorded_at":      {"入账时间", "入賬時間"},
	"reference":        {"参考号", "參考號"},
	"requested_at":     {"申请时间", "申請時間"},
	"requested_by":     {"申请人", "申請人"},
	"revision":         {"版本号", "版本號"},
	"status":           {"状态", "狀態"},
	"stream":           {"事件流", "事件流"},
	"type":             {"事件类型", "事件類型"},
	"version":          {"事件版本", "事件版本"},
}

// Headers translates columns' names for Options.Headers: "zh-Hans", "zh-Hant";
// any other language keeps the names.
func Headers(language string) func(column string) string {
	which := 0
	switch language {
	case "zh-Hans":
	case "zh-Hant":
		which = 1
	default:
		return func(column string) string { return column }
	}
	return func(column string) string {
		if h, ok := headers[column]; ok {
			return h[which]
		}
		return column
	}
}
