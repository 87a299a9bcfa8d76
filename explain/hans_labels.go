package explain

var simplifiedLabels = map[Kind]map[string]string{
	Reason: {
		"price_difference": "补差价", "shipping": "补运费", "activity": "活动补偿", "goods_payment": "货款", "quality": "商品质量", "other": "其他",
	},
	State: {
		"REQUESTED": "已发起", "AWAITING_SMS": "待短信验证", "AWAITING_APPROVAL": "待审批", "AUTHORIZED": "待出款",
		"SUBMITTED": "出款中", "UNKNOWN": "结果未知", "PAID": "已打款", "FAILED": "打款失败", "CANCELLED": "已取消",
		"EXPIRED": "已过期", "REJECTED": "审批未通过", "RETURNED": "已退回", "REFUSED": "已拒绝",
	},
	ServiceState: {"": "未开通", "open": "已开通", "suspended": "已暂停", "closed": "已关闭"},
	Entry: {
		"order_detail": "订单详情", "after_sales_detail": "售后详情", "app_order_detail": "订单详情（App）",
		"app_after_sales_detail": "售后详情（App）", "batch": "批量", "cli": "命令行", "backfill": "历史导入",
	},
	Confirm: {"sms": "短信验证", "exempt": "小额免密", "approval": "审批后短信验证"},
	Role: {
		"platform": "平台", "owner": "主账号", "agent": "子账号", "processor": "出款程序", "sender": "短信发送程序",
		"clock": "系统定时任务", "auditor": "审计员",
	},
	Permission: {"view": "查看", "initiate": "发起", "export": "导出"},
	OrderState: {"before_payment": "未付款", "locked": "已锁定", "cancelling": "取消中", "cancelled": "已取消"},
	Mode:       {"POP-SOP": "POP-SOP", "FBP": "FBP", "LOC": "LOC", "CARD": "卡密", "SCF": "SCF", "FCS": "FCS"},
	EntityType: {
		"jingxi_enterprise": "京喜企业", "jingxi_sole_trader": "京喜个体", "small_shop_sole_trader": "小店个体", "natural_person": "自然人",
	},
	Outcome:    {"upheld": "成立", "dismissed": "不成立"},
	QuotaState: {"none": "未设置", "enabled": "已启用", "disabled": "已停用"},
	WalletEntry: {
		"credit": "充值", "debit": "支出", "hold": "预留", "release": "解除预留", "pay": "打款", "return": "退回",
	},
	CommandName: {
		"RegisterMerchant": "登记商家", "UpdateMerchantProfile": "修改商家信息", "InviteMerchant": "邀请商家",
		"PublishPolicy": "发布平台规则", "OpenService": "开通服务", "SuspendService": "暂停服务",
		"ResumeService": "恢复服务", "CloseService": "关闭服务",
		"AddAgent": "添加子账号", "RemoveAgent": "移除子账号", "GrantPermissions": "授予权限", "ChangePhone": "更换手机号",
		"SetQuota": "设置打款配额", "EnableQuota": "启用打款配额", "DisableQuota": "停用打款配额", "RemoveQuota": "删除打款配额",
		"SetSMSExemption": "设置小额免密",
		"CreditWallet":    "企业钱包充值", "DebitWallet": "企业钱包支出", "RecordArrears": "登记欠款", "ClearArrears": "结清欠款",
		"RequestPayout": "发起打款", "ConfirmSMS": "短信验证", "CompareSMS": "核对验证码", "ResendSMS": "重新获取验证码",
		"RecordSMSSent": "上报短信已发送", "RecordSMSFailed": "上报短信发送失败", "CountPhoneSend": "统计手机号短信",
		"ApprovePayout": "审批通过", "RejectPayout": "审批不通过", "CancelPayout": "取消打款", "ExpirePayout": "打款过期",
		"SubmitPayout": "提交出款", "RecordPaid": "上报已打款", "RecordFailed": "上报打款失败", "RecordUnknown": "上报结果未知",
		"RecordReturned": "上报已退回", "ObserveRefund": "上报退款",
		"OpenDispute": "提出争议", "ResolveDispute": "了结争议", "RaiseFinding": "提出审计发现", "CloseFinding": "关闭审计发现",
		"RevealPersonalData": "查看个人信息", "ErasePersonalData": "删除个人信息",
	},
}

var simplifiedColumns = map[string]string{
	"payout_no": "打款单号", "merchant": "商家", "status": "状态", "failure_code": "失败原因", "amount": "金额", "currency": "币种",
	"reason": "打款原因", "reason_label": "原因名称", "order_no": "订单号", "customer_account": "客户账号",
	"requested_at": "申请时间", "confirmed_at": "确认时间", "paid_at": "打款时间", "requested_by": "发起人", "entry": "申请入口",
	"confirm_method": "确认方式", "rail": "出款渠道", "rail_ref": "渠道参考号", "external": "自有编号", "order_total": "订单实付",
	"order_refunded": "订单已退款", "revision": "流内序号", "event_id": "事件编号", "position": "日志位置",
	"approved_at": "审批时间", "submitted_at": "出款时间", "returned_at": "退回时间", "changed_at": "最近变动",

	"effective_at": "生效时间", "recorded_at": "记录时间", "type": "事件", "actor": "操作人", "words": "说明", "details": "详情",
	"stream": "事件流", "version": "版本", "id": "编号", "data": "数据", "meta": "元数据",

	"available": "可用余额", "held": "预留金额", "credited": "累计充值", "debited": "累计支出", "paid": "累计打款", "returned": "累计退回",
	"entries": "流水笔数", "wallet.effective_at": "最近变动", "kind": "流水类型", "reference": "凭证号", "arrears": "欠款", "since": "起始时间",

	"agent": "子账号", "account": "账号", "state": "状态", "per_payout": "单笔限额", "daily_amount": "每日限额", "daily_count": "每日笔数",
	"monthly_amount": "每月限额", "day": "最近打款日", "day_used": "当日已用", "day_count": "当日笔数", "left_today": "今日剩余",
	"month": "最近打款月", "month_used": "当月已用", "month_count": "当月笔数", "left_this_month": "本月剩余",
	"zone": "时区", "period": "周期", "used": "已用", "count": "笔数", "quota.count": "笔数", "limit": "上限", "left": "剩余", "resets_at": "重置时间",
	"permissions": "权限", "phone": "手机号", "role": "角色", "removed": "已移除",

	"part": "类别", "name": "名称", "outcome": "结果", "requests": "申请笔数", "rule": "规则", "what": "情况", "why": "原因", "try": "建议",
	"row": "行", "line": "行号", "dispute": "争议", "finding": "审计发现", "about": "对象", "policy": "平台规则", "label": "名称",

	"service": "服务", "agreement": "协议版本", "agreed_by": "同意人", "agreed_at": "同意时间", "policy_version": "平台规则版本",
	"sms_exempt_max": "免密上限", "open_payouts": "进行中的打款", "invited": "已受邀", "mode": "合作模式", "entity_type": "主体类型",
	"self_after_sales": "自主售后", "wallet_open": "企业钱包已开通", "owner": "主账号", "agents": "子账号", "placed_at": "下单时间",
	"completed_at": "完成时间", "total": "客户实付", "refunded": "已退款", "compensated": "已打款", "remaining": "剩余", "payouts": "打款",
	"quota": "打款配额", "can_pay": "可打款", "phone_since": "手机号启用时间", "code": "验证码", "expires_at": "有效期至", "expired": "已过期",
	"send": "短信序号", "opened_at": "提出时间", "resolved_at": "了结时间", "recovered": "已追回", "published_at": "发布时间",
	"idempotency_key": "幂等键", "repeated": "重复请求", "value": "值", "source": "来源", "flag": "命令行参数", "env": "环境变量", "default": "默认值",
	"meaning": "用途", "command": "命令", "commit": "提交", "go": "Go 版本", "system": "系统", "rows": "行数", "replaced": "已替换",
}
