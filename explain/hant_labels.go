package explain

var traditionalLabels = map[Kind]map[string]string{
	Reason: {
		"price_difference": "補差價", "shipping": "補運費", "activity": "活動補償", "goods_payment": "貨款", "quality": "商品質量", "other": "其他",
	},
	State: {
		"REQUESTED": "已發起", "AWAITING_SMS": "待短信驗證", "AWAITING_APPROVAL": "待審批", "AUTHORIZED": "待出款",
		"SUBMITTED": "出款中", "UNKNOWN": "結果不明", "PAID": "已打款", "FAILED": "打款失敗", "CANCELLED": "已取消",
		"EXPIRED": "已逾期", "REJECTED": "審批未通過", "RETURNED": "已退回", "REFUSED": "已拒絕",
	},
	ServiceState: {"": "未開通", "open": "已開通", "suspended": "已暫停", "closed": "已關閉"},
	Entry: {
		"order_detail": "訂單詳情", "after_sales_detail": "售後詳情", "app_order_detail": "訂單詳情（App）",
		"app_after_sales_detail": "售後詳情（App）", "batch": "批量", "cli": "命令列", "backfill": "歷史導入",
	},
	Confirm: {"sms": "短信驗證", "exempt": "小額免密", "approval": "審批後短信驗證"},
	Role: {
		"platform": "平台", "owner": "主賬號", "agent": "子賬號", "processor": "出款程式", "sender": "短信傳送程式",
		"clock": "系統排程", "auditor": "稽核人員",
	},
	Permission: {"view": "查看", "initiate": "發起", "export": "導出"},
	OrderState: {"before_payment": "未付款", "locked": "已鎖定", "cancelling": "取消中", "cancelled": "已取消"},
	Mode:       {"POP-SOP": "POP-SOP", "FBP": "FBP", "LOC": "LOC", "CARD": "卡密", "SCF": "SCF", "FCS": "FCS"},
	EntityType: {
		"jingxi_enterprise": "京喜企業", "jingxi_sole_trader": "京喜個體", "small_shop_sole_trader": "小店個體", "natural_person": "自然人",
	},
	Outcome:    {"upheld": "成立", "dismissed": "不成立"},
	QuotaState: {"none": "未設定", "enabled": "已啟用", "disabled": "已停用"},
	WalletEntry: {
		"credit": "充值", "debit": "支出", "hold": "預留", "release": "解除預留", "pay": "打款", "return": "退回",
	},
	CommandName: {
		"RegisterMerchant": "登記商家", "UpdateMerchantProfile": "修改商家資料", "InviteMerchant": "邀請商家",
		"PublishPolicy": "發布平台規則", "OpenService": "開通服務", "SuspendService": "暫停服務",
		"ResumeService": "恢復服務", "CloseService": "關閉服務",
		"AddAgent": "新增子賬號", "RemoveAgent": "移除子賬號", "GrantPermissions": "授予權限", "ChangePhone": "更換手機號碼",
		"SetQuota": "設定打款配額", "EnableQuota": "啟用打款配額", "DisableQuota": "停用打款配額", "RemoveQuota": "刪除打款配額",
		"SetSMSExemption": "設定小額免密",
		"CreditWallet":    "企業錢包充值", "DebitWallet": "企業錢包支出", "RecordArrears": "登記欠款", "ClearArrears": "結清欠款",
		"RequestPayout": "發起打款", "ConfirmSMS": "短信驗證", "CompareSMS": "核對驗證碼", "ResendSMS": "重新取得驗證碼",
		"RecordSMSSent": "回報短信已傳送", "RecordSMSFailed": "回報短信傳送失敗", "CountPhoneSend": "統計手機號碼短信",
		"ApprovePayout": "審批通過", "RejectPayout": "審批不通過", "CancelPayout": "取消打款", "ExpirePayout": "打款逾期",
		"SubmitPayout": "提交出款", "RecordPaid": "回報已打款", "RecordFailed": "回報打款失敗", "RecordUnknown": "回報結果不明",
		"RecordReturned": "回報已退回", "ObserveRefund": "回報退款",
		"OpenDispute": "提出爭議", "ResolveDispute": "爭議結案", "RaiseFinding": "提出稽核發現", "CloseFinding": "稽核發現結案",
		"RevealPersonalData": "查看個人資料", "ErasePersonalData": "刪除個人資料",
	},
}

var traditionalColumns = map[string]string{
	"payout_no": "打款單號", "merchant": "商家", "status": "狀態", "failure_code": "失敗原因", "amount": "金額", "currency": "幣別",
	"reason": "打款原因", "reason_label": "原因名稱", "order_no": "訂單號", "customer_account": "客戶賬號",
	"requested_at": "申請時間", "confirmed_at": "確認時間", "paid_at": "打款時間", "requested_by": "發起人", "entry": "申請入口",
	"confirm_method": "確認方式", "rail": "出款通路", "rail_ref": "通路參考編號", "external": "自訂編號", "order_total": "訂單實付",
	"order_refunded": "訂單已退款", "revision": "串流內序號", "event_id": "事件編號", "position": "日誌位置",
	"approved_at": "審批時間", "submitted_at": "出款時間", "returned_at": "退回時間", "changed_at": "最近異動",

	"effective_at": "生效時間", "recorded_at": "記錄時間", "type": "事件", "actor": "操作人", "words": "說明", "details": "詳情",
	"stream": "事件串流", "version": "版本", "id": "編號", "data": "資料", "meta": "中繼資料",

	"available": "可用餘額", "held": "預留金額", "credited": "累計充值", "debited": "累計支出", "paid": "累計打款", "returned": "累計退回",
	"entries": "收支筆數", "wallet.effective_at": "最近異動", "kind": "收支類型", "reference": "憑證號碼", "arrears": "欠款", "since": "起始時間",

	"agent": "子賬號", "account": "賬號", "state": "狀態", "per_payout": "單筆限額", "daily_amount": "每日限額", "daily_count": "每日筆數",
	"monthly_amount": "每月限額", "day": "最近打款日", "day_used": "當日已用", "day_count": "當日筆數", "left_today": "今日剩餘",
	"month": "最近打款月", "month_used": "當月已用", "month_count": "當月筆數", "left_this_month": "本月剩餘",
	"zone": "時區", "period": "期間", "used": "已用", "count": "筆數", "quota.count": "筆數", "limit": "上限", "left": "剩餘", "resets_at": "重設時間",
	"permissions": "權限", "phone": "手機號碼", "role": "角色", "removed": "已移除",

	"part": "類別", "name": "名稱", "outcome": "結果", "requests": "申請筆數", "rule": "規則", "what": "情況", "why": "原因", "try": "建議",
	"row": "列", "line": "行號", "dispute": "爭議", "finding": "稽核發現", "about": "對象", "policy": "平台規則", "label": "名稱",

	"service": "服務", "agreement": "協議版本", "agreed_by": "同意人", "agreed_at": "同意時間", "policy_version": "平台規則版本",
	"sms_exempt_max": "免密上限", "open_payouts": "進行中的打款", "invited": "已受邀", "mode": "合作模式", "entity_type": "主體類型",
	"self_after_sales": "自主售後", "wallet_open": "企業錢包已開通", "owner": "主賬號", "agents": "子賬號", "placed_at": "下單時間",
	"completed_at": "完成時間", "total": "客戶實付", "refunded": "已退款", "compensated": "已打款", "remaining": "剩餘", "payouts": "打款",
	"quota": "打款配額", "can_pay": "可打款", "phone_since": "手機號碼啟用時間", "code": "驗證碼", "expires_at": "有效期限", "expired": "已逾時",
	"send": "短信序號", "opened_at": "提出時間", "resolved_at": "結案時間", "recovered": "已追回", "published_at": "發布時間",
	"idempotency_key": "冪等鍵", "repeated": "重複請求", "value": "值", "source": "來源", "flag": "命令列參數", "env": "環境變數", "default": "預設值",
	"meaning": "用途", "command": "指令", "commit": "提交", "go": "Go 版本", "system": "系統", "rows": "列數", "replaced": "已取代",
}
