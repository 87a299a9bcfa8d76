package explain

var traditionalRefusals = map[string]refusal{
	"MERCHANT_MISSING": {
		"{merchant}尚未登記",
		"平台須先登記商家，才能為其辦理任何業務",
		"請核對商家編號，或先行登記：{do:merchant register}",
	},
	"MERCHANT_NOT_ELIGIBLE": {
		"{merchant}不符開通資格[：{label}]",
		"平台規則列明可以開通與不可開通的合作模式及主體類型",
		"查看平台登記的商家資料：{do:merchant show}",
	},
	"ROLLOUT_NOT_INVITED": {
		"{merchant}尚未受邀",
		"灰度期間，只有受邀商家可以開通服務",
		"請向平台申請；平台邀請商家的指令：{do:merchant invite}",
	},
	"SELF_AFTER_SALES_OFF": {
		"{merchant}未開啟自主售後",
		"小額打款僅提供給已開啟自主售後的商家",
		"請先在平台開啟自主售後，再查看：{do:service status}",
	},
	"WALLET_NOT_OPEN": {
		"{merchant}的企業錢包未開通",
		"打款款項由企業錢包支出",
		"請先在平台開通企業錢包，再查看：{do:service status}",
	},
	"AGREEMENT_REQUIRED": {
		"尚未同意[版本為 {no} 的]協議",
		"使用服務前，須由主賬號閱讀並勾選現行版本的協議",
		"由主賬號同意協議：{do:service open}",
	},
	"SERVICE_NOT_OPEN": {
		"{merchant}尚未開通服務",
		"主賬號開通服務後才能打款",
		"由主賬號執行：{do:service open}",
	},
	"SERVICE_NOT_OPEN/suspended": {
		"{merchant}的服務已暫停",
		"服務暫停期間，不受理申請與驗證，也不出款",
		"由主賬號恢復：{do:service resume}",
	},
	"SERVICE_NOT_OPEN/closed": {
		"{merchant}的服務已關閉",
		"主賬號已關閉服務，可以重新開通",
		"由主賬號執行：{do:service open}",
	},
	"OWNER_ONLY": {
		"僅主賬號可以操作，{actor}不可以",
		"服務、配額、權限、手機號碼、審批與小額免密由主賬號負責",
		"請洽主賬號處理",
	},
	"PERMISSION_MISSING": {
		"{agent}缺少權限：{label}",
		"子賬號須同時具備查看、發起、導出三項權限，才能發起打款",
		"由主賬號授權：{do:agent grant}",
	},
	"PERMISSION_MISSING/actor": {
		"{actor}無權進行此操作",
		"打款由商家的主賬號或子賬號發起，其後只有發起人或主賬號可以驗證、重新取得驗證碼或取消",
		"請使用下列賬號之一：{do:agent ls}",
	},
	"CUSTOMER_MISSING": {
		"未填寫客戶賬號",
		"單一客戶的限額與重複賠付檢查，都需要知道打款給誰",
		"請在申請中填寫客戶賬號",
	},
	"ORDER_MISSING": {
		"查無{order}",
		"是否打款以可信來源的訂單資料為準，不以人工填寫的內容為準",
		"請核對訂單號，或導入訂單：{do:orders import}",
	},
	"ORDER_CUSTOMER_MISMATCH": {
		"{order}並非該客戶所下",
		"款項只能打給下單的客戶",
		"請核對訂單與客戶：{do:orders show}",
	},
	"ORDER_STATE_FORBIDDEN": {
		"{order}處於「{label}」狀態，不能打款",
		"平台規則列明不可打款的訂單狀態",
		"請待訂單狀態變更後再試：{do:orders show}",
	},
	"REASON_NOT_ALLOWED": {
		"不能使用此打款原因：{label}",
		"平台規則列明可用的打款原因",
		"請改用其他原因：{do:policy show}",
	},
	"ORDER_WINDOW_CLOSED": {
		"{order}已逾可打款期限：目前為第 {used#} 天，期限為 {limit}",
		"期限自訂單完成起算；完成時間不明者，自下單起算",
		"請核對訂單時間：{do:orders show}",
	},
	"AMOUNT_BELOW_MIN": {
		"{asked} 低於單筆最小金額 {limit}",
		"平台規則訂有單筆打款的最小金額",
		"請填寫不低於 {limit} 的金額",
	},
	"AMOUNT_ABOVE_MAX": {
		"{asked} 超過單筆最大金額 {limit}",
		"平台規則訂有單筆打款的最大金額",
		"請填寫不超過 {limit} 的金額",
	},
	"ORDER_COUNT_EXCEEDED": {
		"{order}已打款 {used}，再申請 {asked#} 筆將超過上限 {limit}",
		"平台規則限制每筆訂單的打款次數；失敗、逾期、已取消與審批未通過者不計入",
		"查看該訂單的打款：{do:orders show}",
	},
	"ORDER_AMOUNT_EXCEEDED": {
		"{order}的打款金額超限：上限 {limit}，已用 {used}，本次 {asked}",
		"同一訂單的打款合計，不得超過客戶實付扣除已退款後的規定比例",
		"[請填寫不超過 {left} 的金額；]查看訂單：{do:orders show}",
	},
	"ORDER_AMOUNT_EXCEEDED/approval_percent": {
		"{order}的打款金額須經審批：免審批上限 {limit}，已用 {used}，本次 {asked}",
		"打款占客戶實付扣除已退款的比例較高時，須由他人審批",
		"[請填寫不超過 {left} 的金額，或]提請審批：{do:approve}",
	},
	"DUPLICATE_SUSPECTED": {
		"可能與打款單 {earlier} 重複",
		"誤打兩次的款項，客戶很少會主動告知",
		"請先核對：{do:show earlier}；確需再打一筆者，請註明前一筆：{do:request again}",
	},
	"DUPLICATE_SUSPECTED/order_and_reason": {
		"打款單 {earlier} 的訂單與原因和本次相同",
		"兩位客服處理同一項訴求時，容易重複賠付",
		"請先核對：{do:show earlier}；確需再打一筆者，請註明前一筆：{do:request again}",
	},
	"DUPLICATE_SUSPECTED/customer_and_amount": {
		"打款單 {earlier} 剛剛給同一客戶打過相同金額",
		"誤將同一申請送出兩次，會造成重複賠付",
		"請先核對：{do:show earlier}；確需再打一筆者，請註明前一筆：{do:request again}",
	},
	"QUOTA_MISSING": {
		"{agent}沒有打款配額",
		"主賬號設定配額之前，子賬號不能打款",
		"由主賬號設定：{do:quota set}",
	},
	"QUOTA_DISABLED": {
		"{agent}的打款配額已停用",
		"主賬號停用了此配額，各項限額仍予保留",
		"由主賬號啟用：{do:quota enable}",
	},
	"QUOTA_EXCEEDED": {
		"超出{agent}的打款配額：上限 {limit}[，已用 {used}]，本次 {asked}[，{resets} 重設]",
		"子賬號可以打款多少，由主賬號設定",
		"[請填寫不超過 {left} 的金額，或]由主賬號調高配額：{do:quota set}",
	},
	"QUOTA_EXCEEDED/per_payout": {
		"{asked} 超過{agent}的單筆配額 {limit}",
		"子賬號單筆可以打款多少，由主賬號設定",
		"請填寫不超過 {limit} 的金額，或由主賬號調高配額：{do:quota set}",
	},
	"QUOTA_EXCEEDED/daily_amount": {
		"超出{agent}的每日配額：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"子賬號每日可以打款多少，由主賬號設定",
		"[請填寫不超過 {left} 的金額，或][等到 {resets}，或]由主賬號調高配額：{do:quota set}",
	},
	"QUOTA_EXCEEDED/daily_count": {
		"超出{agent}的每日配額：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"子賬號每日可以打款幾筆，由主賬號設定",
		"[等到 {resets}，或]由主賬號調高配額：{do:quota set}",
	},
	"QUOTA_EXCEEDED/monthly_amount": {
		"超出{agent}的每月配額：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"子賬號每月可以打款多少，由主賬號設定",
		"[請填寫不超過 {left} 的金額，或][等到 {resets}，或]由主賬號調高配額：{do:quota set}",
	},
	"MERCHANT_LIMIT_EXCEEDED": {
		"超出{merchant}的每日打款限額：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"平台規則限制同一商家所有賬號每個曆日的打款總額",
		"[請填寫不超過 {left} 的金額；][可等到 {resets} 再試；]限額見：{do:policy show}",
	},
	"CUSTOMER_LIMIT_EXCEEDED": {
		"超出單一客戶的限額：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"平台規則限制商家對同一客戶的打款",
		"[可等到 {resets} 再試；]限額見：{do:policy show}",
	},
	"CUSTOMER_LIMIT_EXCEEDED/customer_daily_amount": {
		"超出單一客戶的每日限額：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"平台規則限制商家每個曆日對同一客戶的打款總額",
		"[請填寫不超過 {left} 的金額；][可等到 {resets} 再試；]限額見：{do:policy show}",
	},
	"CUSTOMER_LIMIT_EXCEEDED/customer_count_max": {
		"近期已給該客戶打款 {used}，再申請 {asked#} 筆將超過上限 {limit}[，{resets} 起可再打款]",
		"平台規則限制商家在一段期間內對同一客戶的打款次數",
		"請先查看是否另有問題：{do:payouts ls}",
	},
	"INSUFFICIENT_BALANCE": {
		"{merchant}的企業錢包可用餘額為 {limit}，本次需要 {asked}",
		"申請打款時即全額預留；其他進行中的打款所預留的金額不可動用",
		"請充值或減少金額：{do:wallet show}",
	},
	"ARREARS_OUTSTANDING": {
		"{merchant}欠款 {used}",
		"商家賬戶有欠款時不能打款",
		"{do:wallet arrears}",
	},
	"ROLE_FORBIDDEN": {
		"{actor}不能進行此操作[：{command}]",
		"各項操作由負責的一方執行：充值由平台、打款結果由出款程式、稽核發現由稽核人員",
		"請以有權限的角色操作",
	},
	"MERCHANT_EXISTS": {
		"{merchant}已登記，且登記內容不同",
		"商家只登記一次；資料有異動應當修改，不能重複登記",
		"請比對：{do:merchant show}",
	},
	"AGENT_EXISTS": {
		"賬號 {no} 已存在",
		"同一商家的賬號編號不能相同，主賬號也包括在內",
		"請改用其他編號：{do:agent ls}",
	},
	"AGENT_MISSING": {
		"{merchant}沒有子賬號 {no}",
		"該子賬號從未新增，或已移除",
		"請核對編號，或新增：{do:agent add}",
	},
	"LIMIT_ABOVE_POLICY": {
		"{asked} 超過平台規則允許的上限 {limit}",
		"小額免密最高可設多少由平台規則訂定；未訂定者不能免密",
		"請設定不超過 {limit} 的金額：{do:sms-exempt set}",
	},
	"LIMIT_ABOVE_POLICY/none": {
		"平台規則不允許小額免密，本次設定 {asked}",
		"平台規則未訂定免密金額者，每筆打款都須短信驗證",
		"查看平台規則：{do:policy show}",
	},
	"SMS_WRONG": {
		"驗證碼錯誤：已試 {used#} 次，上限 {limit}",
		"驗證碼只適用於這一筆打款及其金額與客戶；取得新驗證碼後，舊的即失效",
		"請輸入最新的驗證碼，或重新取得：{do:resend}",
	},
	"SMS_EXPIRED": {
		"驗證碼已失效",
		"驗證碼已逾時，或已傳送新的驗證碼",
		"請重新取得：{do:resend}",
	},
	"SMS_LOCKED": {
		"{payout}的短信驗證已鎖定：已試 {used#} 次，上限 {limit}",
		"輸錯驗證碼的次數過多",
		"請重新取得驗證碼：{do:resend}",
	},
	"SMS_RESEND_TOO_SOON": {
		"暫時不能重新取得驗證碼[，{resets} 起可以]",
		"上一則短信可能仍在傳送途中",
		"請稍候再執行：{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED": {
		"短信或驗證次數超限：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"平台規則限制每個手機號碼接收短信與輸錯驗證碼的次數",
		"[請等到 {resets}，再執行：]{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED/sms_sends_max": {
		"{payout}已傳送驗證碼 {used}，再傳 {asked#} 則將超過上限 {limit}",
		"平台規則限制每筆打款傳送驗證碼的則數",
		"請取消後重新申請",
	},
	"SMS_LIMIT_EXCEEDED/sms_phone_failures_max": {
		"此手機號碼今日輸錯驗證碼的次數過多：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"平台規則限制每個手機號碼每日輸錯驗證碼的次數，所有打款合併計算",
		"[請等到 {resets}；]如非本人操作，請更換手機號碼",
	},
	"SMS_LIMIT_EXCEEDED/sms_phone_hour_max": {
		"此手機號碼一小時內的短信過多：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"平台規則限制每個手機號碼 60 分鐘內的短信則數，所有商家合併計算",
		"[請等到 {resets}，再執行：]{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED/sms_phone_day_max": {
		"此手機號碼 24 小時內的短信過多：上限 {limit}，已用 {used}，本次 {asked}[，{resets} 重設]",
		"平台規則限制每個手機號碼 24 小時內的短信則數，所有商家合併計算",
		"[請等到 {resets}，再執行：]{do:resend}",
	},
	"SMS_LIMIT_EXCEEDED/phone": {
		"暫時不能再傳送短信至此手機號碼，本次 {asked}[；{resets} 起可傳送下一則]",
		"平台規則限制每個手機號碼的短信則數，所有商家合併計算",
		"[請等到 {resets}，再執行：]{do:resend}",
	},
	"APPROVER_IS_REQUESTER": {
		"{payout}由{actor}自己申請，不得由其審批",
		"審批須由他人把關",
		"請由其他賬號審批；主賬號自己的申請由平台審批：{do:approve}",
	},
	"PAYOUT_STATE_FORBIDDEN": {
		"{payout}處於「{label}」狀態，此時不能進行該操作",
		"打款的每一步都須在特定狀態下進行；結果一經確定即不再變更",
		"查看目前狀態：{do:payouts show}",
	},
	"PAYOUT_STATE_FORBIDDEN/count": {
		"{merchant}有 {used}打款處於「{label}」狀態，上限 {limit}",
		"已經出款或可能已經出款者，無法撤回",
		"請等待打款結果：{do:payouts ls}",
	},
	"PAYOUT_STATE_FORBIDDEN/open": {
		"{merchant}有 {used}打款正在進行，上限 {limit}",
		"關閉服務會一次取消所有進行中的打款，一次能取消的筆數有限",
		"請先取消其中一部分：{do:payouts ls}",
	},
	"PAYOUT_STATE_FORBIDDEN/recovered": {
		"{payout}不能再退回：已透過爭議追回款項",
		"同一筆款項不能退回兩次",
		"請與爭議核對：{do:payouts show}",
	},
	"PAYOUT_MISSING": {
		"查無打款單 {no}",
		"該商家沒有此單號的打款；遭拒絕的申請不會成為打款",
		"請搜尋：{do:payouts ls}",
	},
	"RETURN_WINDOW_CLOSED": {
		"{payout}已逾退回期限：目前為打款後第 {used#} 天，期限為 {limit}",
		"平台規則訂有打款後可以退回的期限",
		"請改為充值企業錢包，並註明打款單號：{do:payouts show}",
	},
	"DISPUTE_MISSING": {
		"{payout}沒有未結案的爭議 {no}",
		"該爭議從未提出，或已結案",
		"查看該筆打款的爭議：{do:payouts show}",
	},
	"FINDING_MISSING": {
		"沒有未結案的稽核發現 {no}",
		"該稽核發現從未提出，或已結案",
		"請核對編號",
	},
	string(KeyReused): {
		"此冪等鍵已用於其他請求",
		"一個冪等鍵永遠只對應一個請求",
		"請原樣重送該請求，或改用新的冪等鍵",
	},
	unknownRule: {
		"因規則 {rule} 遭拒絕[：{no}][，上限 {limit}][，已用 {used}][，本次 {asked}][，{resets} 重設]",
		"目前版本不認得這條規則",
		"請使用寫入該筆記錄的版本",
	},
}
