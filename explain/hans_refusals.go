package explain

var simplifiedRefusals = map[string]refusal{
	"MERCHANT_MISSING": {
		"{merchant}未登记",
		"平台须先登记商家，才能为其办理任何业务",
		"请核对商家编号，或先登记：{do:merchant register}",
	},
	"MERCHANT_NOT_ELIGIBLE": {
		"{merchant}不符合开通条件[：{label}]",
		"平台规则列明了可以开通和不可开通的合作模式与主体类型",
		"查看平台登记的商家信息：{do:merchant show}",
	},
	"ROLLOUT_NOT_INVITED": {
		"{merchant}尚未受邀",
		"灰度期间，只有受邀商家可以开通服务",
		"请向平台申请；平台邀请商家的命令：{do:merchant invite}",
	},
	"SELF_AFTER_SALES_OFF": {
		"{merchant}未开启自主售后",
		"小额打款仅面向已开启自主售后的商家",
		"请先在平台开启自主售后，再查看：{do:service status}",
	},
	"WALLET_NOT_OPEN": {
		"{merchant}的企业钱包未开通",
		"打款资金从企业钱包支出",
		"请先在平台开通企业钱包，再查看：{do:service status}",
	},
	"AGREEMENT_REQUIRED": {
		"尚未同意[版本为 {no} 的]协议",
		"使用服务前，须由主账号阅读并勾选现行版本的协议",
		"由主账号同意协议：{do:service open}",
	},
	"SERVICE_NOT_OPEN": {
		"{merchant}尚未开通服务",
		"主账号开通服务之后才能打款",
		"由主账号执行：{do:service open}",
	},
	"SERVICE_NOT_OPEN/suspended": {
		"{merchant}的服务已暂停",
		"服务暂停期间，不受理申请和验证，也不出款",
		"由主账号恢复：{do:service resume}",
	},
	"SERVICE_NOT_OPEN/closed": {
		"{merchant}的服务已关闭",
		"主账号已关闭服务，可以重新开通",
		"由主账号执行：{do:service open}",
	},
	"OWNER_ONLY": {
		"仅主账号可以操作，{actor}不可以",
		"服务、配额、权限、手机号、审批和小额免密由主账号负责",
		"请联系主账号处理",
	},
	"PERMISSION_MISSING": {
		"{agent}缺少权限：{label}",
		"子账号须同时具备查看、发起、导出三项权限，才能发起打款",
		"由主账号授权：{do:agent grant}",
	},
	"PERMISSION_MISSING/actor": {
		"{actor}无权进行此操作",
		"打款由商家的主账号或子账号发起，之后只有发起人或主账号可以验证、重发验证码或取消",
		"请使用以下账号之一：{do:agent ls}",
	},
	"CUSTOMER_MISSING": {
		"未填写客户账号",
		"单个客户的限额和重复赔付检查，都需要知道打款给谁",
		"请在申请中填写客户账号",
	},
	"ORDER_MISSING": {
		"查不到{order}",
		"是否打款以可信来源的订单信息为准，不以手工填写的内容为准",
		"请核对订单号，或导入订单：{do:orders import}",
	},
	"ORDER_CUSTOMER_MISMATCH": {
		"{order}不是该客户下的单",
		"款项只能打给下单的客户",
		"请核对订单与客户：{do:orders show}",
	},
	"ORDER_STATE_FORBIDDEN": {
		"{order}处于“{label}”状态，不能打款",
		"平台规则列明了不可打款的订单状态",
		"请等订单状态变化后再试：{do:orders show}",
	},
	"REASON_NOT_ALLOWED": {
		"不能使用该打款原因：{label}",
		"平台规则列明了可用的打款原因",
		"请换一个原因：{do:policy show}",
	},
	"ORDER_WINDOW_CLOSED": {
		"{order}已超过可打款期限：现为第 {used#} 天，期限为 {limit}",
		"期限从订单完成时起算；完成时间未知的，从下单时起算",
		"请核对订单时间：{do:orders show}",
	},
	"AMOUNT_BELOW_MIN": {
		"{asked} 低于单笔最小金额 {limit}",
		"平台规则规定了单笔打款的最小金额",
		"请填写不低于 {limit} 的金额",
	},
	"AMOUNT_ABOVE_MAX": {
		"{asked} 超过单笔最大金额 {limit}",
		"平台规则规定了单笔打款的最大金额",
		"请填写不超过 {limit} 的金额",
	},
	"ORDER_COUNT_EXCEEDED": {
		"{order}已打款 {used}，再申请 {asked#} 笔将超过上限 {limit}",
		"平台规则限制每个订单的打款笔数；失败、过期、已取消和审批未通过的不计入",
		"查看该订单的打款：{do:orders show}",
	},
	"ORDER_AMOUNT_EXCEEDED": {
		"{order}的打款金额超限：上限 {limit}，已用 {used}，本次 {asked}",
		"同一订单的打款合计，不得超过客户实付减去已退款后的规定比例",
		"[请填写不超过 {left} 的金额；]查看订单：{do:orders show}",
	},
	"ORDER_AMOUNT_EXCEEDED/approval_percent": {
		"{order}的打款金额须经审批：免审批上限 {limit}，已用 {used}，本次 {asked}",
		"打款占客户实付减去已退款的比例较大时，须由他人审批",
		"[请填写不超过 {left} 的金额，或]提请审批：{do:approve}",
	},
	"DUPLICATE_SUSPECTED": {
		"可能与打款单 {earlier} 重复",
		"误打两次的款项，客户很少会主动告知",
		"请先核对：{do:show earlier}；确需再打一笔的，请写明前一笔：{do:request again}",
	},
	"DUPLICATE_SUSPECTED/order_and_reason": {
		"打款单 {earlier} 的订单和原因与本次相同",
		"两名客服处理同一个诉求时，容易重复赔付",
		"请先核对：{do:show earlier}；确需再打一笔的，请写明前一笔：{do:request again}",
	},
	"DUPLICATE_SUSPECTED/customer_and_amount": {
		"打款单 {earlier} 刚刚给同一客户打过相同金额",
		"误将同一申请提交两次，会造成重复赔付",
		"请先核对：{do:show earlier}；确需再打一笔的，请写明前一笔：{do:request again}",
	},
	"QUOTA_MISSING": {
		"{agent}没有打款配额",
		"主账号设置配额之前，子账号不能打款",
		"由主账号设置：{do:quota set}",
	},
	"QUOTA_DISABLED": {
		"{agent}的打款配额已停用",
		"主账号停用了该配额，各项限额仍然保留",
		"由主账号启用：{do:quota enable}",
	},
	"QUOTA_EXCEEDED": {
		"超出{agent}的打款配额：上限 {limit}[，已用 {used}]，本次 {asked}[，{resets} 重置]",
		"子账号可以打款多少，由主账号设置",
		"[请填写不超过 {left} 的金额，或]由主账号调高配额：{do:quota set}",
	},
	"QUOTA_EXCEEDED/per_payout": {
		"{asked} 超过{agent}的单笔配额 {limit}",
		"子账号单笔可以打款多少，由主账号设置",
		"请填写不超过 {limit} 的金额，或由主账号调高配额：{do:quota set}",
	},
	"QUOTA_EXCEEDED/daily_amount": {
		"超出{agent}的每日配额：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"子账号每日可以打款多少，由主账号设置",
		"[请填写不超过 {left} 的金额，或][等到 {resets}，或]由主账号调高配额：{do:quota set}",
	},
	"QUOTA_EXCEEDED/daily_count": {
		"超出{agent}的每日配额：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"子账号每日可以打款几笔，由主账号设置",
		"[等到 {resets}，或]由主账号调高配额：{do:quota set}",
	},
	"QUOTA_EXCEEDED/monthly_amount": {
		"超出{agent}的每月配额：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"子账号每月可以打款多少，由主账号设置",
		"[请填写不超过 {left} 的金额，或][等到 {resets}，或]由主账号调高配额：{do:quota set}",
	},
	"MERCHANT_LIMIT_EXCEEDED": {
		"超出{merchant}的每日打款限额：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"平台规则限制同一商家所有账号每个自然日的打款总额",
		"[请填写不超过 {left} 的金额；][可等到 {resets} 再试；]限额见：{do:policy show}",
	},
	"CUSTOMER_LIMIT_EXCEEDED": {
		"超出单个客户的限额：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"平台规则限制商家对同一客户的打款",
		"[可等到 {resets} 再试；]限额见：{do:policy show}",
	},
	"CUSTOMER_LIMIT_EXCEEDED/customer_daily_amount": {
		"超出单个客户的每日限额：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"平台规则限制商家每个自然日对同一客户的打款总额",
		"[请填写不超过 {left} 的金额；][可等到 {resets} 再试；]限额见：{do:policy show}",
	},
	"CUSTOMER_LIMIT_EXCEEDED/customer_count_max": {
		"近期已给该客户打款 {used}，再申请 {asked#} 笔将超过上限 {limit}[，{resets} 起可再打款]",
		"平台规则限制商家在一段时间内对同一客户的打款次数",
		"请先查看是否另有问题：{do:payouts ls}",
	},
	"INSUFFICIENT_BALANCE": {
		"{merchant}的企业钱包可用余额为 {limit}，本次需要 {asked}",
		"申请打款时即全额预留；其他进行中的打款所预留的金额不可用",
		"请充值或减少金额：{do:wallet show}",
	},
	"ARREARS_OUTSTANDING": {
		"{merchant}欠款 {used}",
		"商家账户有欠款时不能打款",
		"{do:wallet arrears}",
	},
	"ROLE_FORBIDDEN": {
		"{actor}不能进行此操作[：{command}]",
		"各项操作由相应的责任方执行：充值由平台、打款结果由出款程序、审计发现由审计员",
		"请以有权的角色操作",
	},
	"MERCHANT_EXISTS": {
		"{merchant}已登记，且登记内容不同",
		"商家只登记一次；信息有变应当修改，不能重复登记",
		"请比对：{do:merchant show}",
	},
	"AGENT_EXISTS": {
		"账号 {no} 已存在",
		"同一商家的账号编号不能相同，主账号也包括在内",
		"请换一个编号：{do:agent ls}",
	},
	"AGENT_MISSING": {
		"{merchant}没有子账号 {no}",
		"该子账号从未添加，或已经移除",
		"请核对编号，或添加：{do:agent add}",
	},
	"LIMIT_ABOVE_POLICY": {
		"{asked} 超过平台规则允许的上限 {limit}",
		"小额免密最高可设多少由平台规则规定；没有规定的，不能免密",
		"请设置不超过 {limit} 的金额：{do:sms-exempt set}",
	},
	"LIMIT_ABOVE_POLICY/none": {
		"平台规则不允许小额免密，本次设置 {asked}",
		"平台规则未规定免密金额的，每笔打款都须短信验证",
		"查看平台规则：{do:policy show}",
	},
	"SMS_WRONG": {
		"验证码错误：已试 {used#} 次，上限 {limit}",
		"验证码只用于这一笔打款及其金额和客户；获取新验证码后，旧的即失效",
		"请输入最新的验证码，或重新获取：{do:resend}",
	},
	"SMS_EXPIRED": {
		"验证码已失效",
		"验证码已过期，或已发送新的验证码",
		"请重新获取：{do:resend}",
	},
	"SMS_LOCKED": {
		"{payout}的短信验证已锁定：已试 {used#} 次，上限 {limit}",
		"输错验证码的次数过多",
		"请重新获取验证码：{do:resend}",
	},
	"SMS_RESEND_TOO_SOON": {
		"暂时不能重新获取验证码[，{resets} 起可以]",
		"上一条短信可能仍在发送途中",
		"请稍候再执行：{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED": {
		"短信或验证次数超限：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"平台规则限制每个手机号接收短信和输错验证码的次数",
		"[请等到 {resets}，再执行：]{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED/sms_sends_max": {
		"{payout}已发送验证码 {used}，再发 {asked#} 条将超过上限 {limit}",
		"平台规则限制每笔打款发送验证码的条数",
		"请取消后重新申请",
	},
	"SMS_LIMIT_EXCEEDED/sms_phone_failures_max": {
		"该手机号今日输错验证码的次数过多：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"平台规则限制每个手机号每日输错验证码的次数，所有打款合并计算",
		"[请等到 {resets}；]如非本人操作，请更换手机号",
	},
	"SMS_LIMIT_EXCEEDED/sms_phone_hour_max": {
		"该手机号一小时内的短信过多：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"平台规则限制每个手机号 60 分钟内的短信条数，所有商家合并计算",
		"[请等到 {resets}，再执行：]{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED/sms_phone_day_max": {
		"该手机号 24 小时内的短信过多：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重置]",
		"平台规则限制每个手机号 24 小时内的短信条数，所有商家合并计算",
		"[请等到 {resets}，再执行：]{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED/phone": {
		"暂时不能再向该手机号发送短信，本次 {asked}[；{resets} 起可发送下一条]",
		"平台规则限制每个手机号的短信条数，所有商家合并计算",
		"[请等到 {resets}，再执行：]{do:resend}",
	},
	"APPROVER_IS_REQUESTER": {
		"{payout}由{actor}自己申请，不能由其审批",
		"审批须由他人把关",
		"请由其他账号审批；主账号自己的申请由平台审批：{do:approve}",
	},
	"PAYOUT_STATE_FORBIDDEN": {
		"{payout}处于“{label}”状态，此时不能进行该操作",
		"打款的每一步都须在特定状态下进行；结果一经确定不再更改",
		"查看当前状态：{do:payouts show}",
	},
	"PAYOUT_STATE_FORBIDDEN/count": {
		"{merchant}有 {used}打款处于“{label}”状态，上限 {limit}",
		"已经出款或可能已经出款的，不能撤回",
		"请等待打款结果：{do:payouts ls}",
	},
	"PAYOUT_STATE_FORBIDDEN/open": {
		"{merchant}有 {used}打款正在进行，上限 {limit}",
		"关闭服务会一次性取消所有进行中的打款，一次能取消的笔数有限",
		"请先取消其中一部分：{do:payouts ls}",
	},
	"PAYOUT_STATE_FORBIDDEN/recovered": {
		"{payout}不能再退回：已通过争议追回款项",
		"同一笔款项不能退回两次",
		"请与争议核对：{do:payouts show}",
	},
	"PAYOUT_MISSING": {
		"没有打款单 {no}",
		"该商家没有这个单号的打款；被拒绝的申请不会成为打款",
		"请查找：{do:payouts ls}",
	},
	"RETURN_WINDOW_CLOSED": {
		"{payout}已超过退回期限：现为打款后第 {used#} 天，期限为 {limit}",
		"平台规则规定了打款后多久之内可以退回",
		"请改为给企业钱包充值，并注明打款单号：{do:payouts show}",
	},
	"DISPUTE_MISSING": {
		"{payout}没有未了结的争议 {no}",
		"该争议从未提出，或已经了结",
		"查看该笔打款的争议：{do:payouts show}",
	},
	"FINDING_MISSING": {
		"没有未关闭的审计发现 {no}",
		"该审计发现从未提出，或已经关闭",
		"请核对编号",
	},
	string(KeyReused): {
		"该幂等键已用于其他请求",
		"一个幂等键永远只对应一个请求",
		"请原样重发该请求，或换一个新的幂等键",
	},
	unknownRule: {
		"因规则 {rule} 被拒绝[：{no}][，上限 {limit}][，已用 {used}][，本次 {asked}][，{resets} 重置]",
		"当前版本不认识这条规则",
		"请使用写入该记录的版本",
	},
}
