package main

// hant are the texts in Traditional Chinese.
var hant = words{
	"why": "原因：", "try": "處理：", "next": "下一步：",

	"key.drawn":      "冪等鍵 {key}：用它重複同一命令是安全的",
	"key.repeated":   "該冪等鍵已使用過；以下是 {time} 保存的結果",
	"refused":        "已拒絕；拒絕記錄為日誌中的第 {position} 號事件",
	"check.ok":       "可以通過；未寫入任何記錄",
	"check.refused":  "試算：未寫入任何記錄",
	"check.sms":      "{money}：需要短信驗證",
	"check.exempt":   "{money}：金額較小，無需短信驗證",
	"check.approval": "{money}：需要審批",
	"did.nothing":    "已是如此，無需處理",
	"did.cancelled":  "被取消的未完成打款：{n} 筆",
	"code.ask":       "短信驗證碼：",

	"now.REQUESTED":           "{payout}  {money}[，訂單 {order}]：已申請",
	"now.AWAITING_SMS":        "{payout}  {money}[，訂單 {order}]：驗證碼已發送[至 {phone}][，有效期至 {expires}]",
	"now.AWAITING_SMS.unsent": "{payout}  {money}[，訂單 {order}]：驗證碼未能發送[至 {phone}][；{retry} 之後可再試]",
	"now.AWAITING_APPROVAL":   "{payout}  {money}[，訂單 {order}]：待審批[，截止 {deadline}][：{why}]",
	"now.AUTHORIZED":          "{payout}  {money}[，訂單 {order}]：已授權，等待出款",
	"now.AUTHORIZED.held":     "{payout}  {money}[，訂單 {order}]：已授權，暫緩出款[：{why}]",
	"now.SUBMITTED":           "{payout}  {money}[，訂單 {order}]：已提交渠道[ {rail}]",
	"now.UNKNOWN":             "{payout}  {money}[，訂單 {order}]：渠道[ {rail}]尚未告知結果；資金繼續凍結",
	"now.PAID":                "{payout}  {money}[，訂單 {order}]：已打款[，渠道 {rail}]",
	"now.FAILED":              "{payout}  {money}[，訂單 {order}]：打款失敗[，渠道 {rail}]；資金已退回錢包",
	"now.CANCELLED":           "{payout}  {money}[，訂單 {order}]：已取消；資金已退回錢包",
	"now.EXPIRED":             "{payout}  {money}[，訂單 {order}]：已過期；資金已退回錢包",
	"now.REJECTED":            "{payout}  {money}[，訂單 {order}]：審批未通過；資金已退回錢包",
	"now.RETURNED":            "{payout}  {money}[，訂單 {order}]：款項被退回；資金已回到錢包",

	"waits.sms":        "{payout} 的短信尚未發出",
	"waits.submission": "{payout} 尚在提交渠道途中",
	"waits.rail":       "{payout} 已在渠道處理，尚無答覆",
	"waits.views":      "列表可能稍有延遲：{why}",
	"watch.late":       "{payout} 仍為「{status}」；可再次查看",

	"warn.exposure": "訂單 {order} 既有退款又有打款：[實付 {paid}，]已退 {refunded}，已補償 {compensated}[；多付 {over}][；打款單 {payouts}]",

	"policy.new":     "沒有錯誤；規則 {name} 將成為第 1 版",
	"policy.same":    "沒有錯誤；與 {name} 第 {version} 版相同",
	"policy.changes": "沒有錯誤；與 {name} 第 {version} 版相比有 {n} 處變化：",
	"orders.stored":  "已保存訂單：{n}[，其中替換：{replaced}]",
	"batch.refused":  "{of} 行中有 {n} 行被拒絕",
	"batch.ok":       "{of} 行全部通過",
	"inbox.demo":     "演示收件箱：并未發送短信；看到本頁的人可以確認這些打款",

	"none.policies": "沒有規則",
	"none.arrears":  "沒有欠款",
	"none.disputes": "沒有爭議",
	"none.codes":    "沒有待用的驗證碼",

	"failure":           "{rule}[：{name}][，上限 {limit}][，已用 {used}][，本次 {asked}][ {unit}][，{resets} 重置][，此前打款單 {earlier}]",
	"none.payouts":      "沒有打款記錄",
	"none.wallets":      "沒有錢包",
	"none.quotas":       "沒有子賬號",
	"demo.rail":         "演示渠道：不動用真實資金",
	"events.none":       "沒有事件",
	"payouts.more":      "… 還有更多：--limit 0 列出全部，--search、--status、--from、--to 可縮小範圍",
	"export.done":       "{rows} 條記錄[，{sum}]，寫入 {file}；內容說明：{file}.manifest.json",
	"backfill.appended": "{seconds} 秒內寫入 {events} 個事件",
}
