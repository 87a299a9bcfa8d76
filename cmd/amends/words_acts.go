package main

import (
	"maps"
	"strings"

	"github.com/amends-ledger/amends/explain"
)

// englishActs are the texts of verbs that act. What rules, events, states and
// columns are called comes from package explain.
var englishActs = words{
	"why": "why:  ", "try": "try:  ", "next": "next:",

	"key.drawn":      "idempotency key {key}: the same command with it is safe to repeat",
	"key.repeated":   "the key was used before; this is the stored answer, of {time}",
	"refused":        "refused; the refusal is event {position} of the log",
	"check.ok":       "it would be accepted; nothing was recorded",
	"check.refused":  "dry run: nothing was recorded",
	"check.sms":      "{money}: an SMS code would be asked for",
	"check.exempt":   "{money}: small enough to need no SMS",
	"check.approval": "{money}: it would wait for approval",
	"did.nothing":    "it is so already: nothing to do",
	"did.cancelled":  "open payouts that were cancelled: {n}",
	"code.ask":       "the code of the SMS:",

	"now.REQUESTED":           "{payout}  {money}[ for order {order}]: asked for",
	"now.AWAITING_SMS":        "{payout}  {money}[ for order {order}]: a code was texted[ to {phone}][, valid until {expires}]",
	"now.AWAITING_SMS.unsent": "{payout}  {money}[ for order {order}]: the code could not be texted[ to {phone}][; not before {retry}]",
	"now.AWAITING_APPROVAL":   "{payout}  {money}[ for order {order}]: waits for approval[ until {deadline}][: {why}]",
	"now.AUTHORIZED":          "{payout}  {money}[ for order {order}]: authorised, on its way to the rail",
	"now.AUTHORIZED.held":     "{payout}  {money}[ for order {order}]: authorised and held back[: {why}]",
	"now.SUBMITTED":           "{payout}  {money}[ for order {order}]: handed to the rail[ {rail}]",
	"now.UNKNOWN":             "{payout}  {money}[ for order {order}]: the rail[ {rail}] has not said what became of it; the money stays reserved",
	"now.PAID":                "{payout}  {money}[ for order {order}]: paid[ by {rail}]",
	"now.FAILED":              "{payout}  {money}[ for order {order}]: failed[ at {rail}]; the money is back in the wallet",
	"now.CANCELLED":           "{payout}  {money}[ for order {order}]: cancelled; the money is back in the wallet",
	"now.EXPIRED":             "{payout}  {money}[ for order {order}]: expired; the money is back in the wallet",
	"now.REJECTED":            "{payout}  {money}[ for order {order}]: rejected; the money is back in the wallet",
	"now.RETURNED":            "{payout}  {money}[ for order {order}]: came back; the money is in the wallet",

	"waits.sms":        "{payout} still waits for its SMS to be sent",
	"waits.submission": "{payout} is still on its way to the rail",
	"waits.rail":       "{payout} is at the rail, which has not answered yet",
	"waits.views":      "listings may be a moment behind: {why}",
	"watch.late":       "{payout} is still {status}; ask again to go on watching",

	"warn.exposure": "order {order} has a refund and payouts:[ paid {paid},] refunded {refunded}, compensated {compensated}[; {over} more went back than came][; payouts {payouts}]",

	"policy.new":     "no mistakes; policy {name} would be version 1",
	"policy.same":    "no mistakes; it is the same as version {version} of {name}",
	"policy.changes": "no mistakes; {n} changes from version {version} of {name}:",
	"orders.stored":  "orders stored: {n}[, of which replaced: {replaced}]",
	"batch.refused":  "{n} of {of} rows were refused",
	"batch.ok":       "all {of} rows were accepted",
	"inbox.demo":     "DEMO INBOX: no SMS was sent; whoever sees this can confirm these payouts",

	"none.policies": "no policies",
	"none.arrears":  "nobody owes anything",
	"none.disputes": "no disputes",
	"none.codes":    "no open codes",
}

// hans are the texts in Simplified Chinese, as on the mainland.
var hans = words{
	"why": "原因：", "try": "处理：", "next": "下一步：",

	"key.drawn":      "幂等键 {key}：用它重复同一命令是安全的",
	"key.repeated":   "该幂等键已使用过；以下是 {time} 保存的结果",
	"refused":        "已拒绝；拒绝记录为日志中的第 {position} 号事件",
	"check.ok":       "可以通过；未写入任何记录",
	"check.refused":  "试算：未写入任何记录",
	"check.sms":      "{money}：需要短信验证",
	"check.exempt":   "{money}：金额较小，无需短信验证",
	"check.approval": "{money}：需要审批",
	"did.nothing":    "已是如此，无需处理",
	"did.cancelled":  "被取消的未完成打款：{n} 笔",
	"code.ask":       "短信验证码：",

	"now.REQUESTED":           "{payout}  {money}[，订单 {order}]：已申请",
	"now.AWAITING_SMS":        "{payout}  {money}[，订单 {order}]：验证码已发送[至 {phone}][，有效期至 {expires}]",
	"now.AWAITING_SMS.unsent": "{payout}  {money}[，订单 {order}]：验证码未能发送[至 {phone}][；{retry} 之后可再试]",
	"now.AWAITING_APPROVAL":   "{payout}  {money}[，订单 {order}]：待审批[，截止 {deadline}][：{why}]",
	"now.AUTHORIZED":          "{payout}  {money}[，订单 {order}]：已授权，等待出款",
	"now.AUTHORIZED.held":     "{payout}  {money}[，订单 {order}]：已授权，暂缓出款[：{why}]",
	"now.SUBMITTED":           "{payout}  {money}[，订单 {order}]：已提交渠道[ {rail}]",
	"now.UNKNOWN":             "{payout}  {money}[，订单 {order}]：渠道[ {rail}]尚未告知结果；资金继续冻结",
	"now.PAID":                "{payout}  {money}[，订单 {order}]：已打款[，渠道 {rail}]",
	"now.FAILED":              "{payout}  {money}[，订单 {order}]：打款失败[，渠道 {rail}]；资金已退回钱包",
	"now.CANCELLED":           "{payout}  {money}[，订单 {order}]：已取消；资金已退回钱包",
	"now.EXPIRED":             "{payout}  {money}[，订单 {order}]：已过期；资金已退回钱包",
	"now.REJECTED":            "{payout}  {money}[，订单 {order}]：审批未通过；资金已退回钱包",
	"now.RETURNED":            "{payout}  {money}[，订单 {order}]：款项被退回；资金已回到钱包",

	"waits.sms":        "{payout} 的短信尚未发出",
	"waits.submission": "{payout} 尚在提交渠道途中",
	"waits.rail":       "{payout} 已在渠道处理，尚无答复",
	"waits.views":      "列表可能稍有延迟：{why}",
	"watch.late":       "{payout} 仍为“{status}”；可再次查看",

	"warn.exposure": "订单 {order} 既有退款又有打款：[实付 {paid}，]已退 {refunded}，已补偿 {compensated}[；多付 {over}][；打款单 {payouts}]",

	"policy.new":     "没有错误；规则 {name} 将成为第 1 版",
	"policy.same":    "没有错误；与 {name} 第 {version} 版相同",
	"policy.changes": "没有错误；与 {name} 第 {version} 版相比有 {n} 处变化：",
	"orders.stored":  "已保存订单：{n}[，其中替换：{replaced}]",
	"batch.refused":  "{of} 行中有 {n} 行被拒绝",
	"batch.ok":       "{of} 行全部通过",
	"inbox.demo":     "演示收件箱：并未发送短信；看到本页的人可以确认这些打款",

	"none.policies": "没有规则",
	"none.arrears":  "没有欠款",
	"none.disputes": "没有争议",
	"none.codes":    "没有待用的验证码",

	"failure":           "{rule}[：{name}][，上限 {limit}][，已用 {used}][，本次 {asked}][ {unit}][，{resets} 重置][，此前打款单 {earlier}]",
	"none.payouts":      "没有打款记录",
	"none.wallets":      "没有钱包",
	"none.quotas":       "没有子账号",
	"demo.rail":         "演示渠道：不动用真实资金",
	"events.none":       "没有事件",
	"payouts.more":      "… 还有更多：--limit 0 列出全部，--search、--status、--from、--to 可缩小范围",
	"export.done":       "{rows} 条记录[，{sum}]，写入 {file}；内容说明：{file}.manifest.json",
	"backfill.appended": "{seconds} 秒内写入 {events} 个事件",
}

// languages are those that --lang knows.
var languages = map[string]words{
	string(explain.English):     english.with(englishActs),
	string(explain.Simplified):  language(explain.Simplified, hans),
	string(explain.Traditional): language(explain.Traditional, hant),
}

func (w words) with(more words) words {
	all := maps.Clone(w)
	maps.Copy(all, more)
	return all
}

// language is a language's own texts over the English ones. Events and reasons are
// named by package explain, which has them in all languages.
func language(l explain.Lang, own words) words {
	all := english.with(englishActs)
	for key := range all {
		if code, ok := strings.CutPrefix(key, "reason."); ok {
			all[key] = explain.Label(l, explain.Reason, code)
		}
		if strings.HasPrefix(key, "step.") {
			delete(all, key)
		}
	}
	return all.with(own)
}
