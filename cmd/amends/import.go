package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/explain"
	"github.com/amends-ledger/amends/ledger"
)

// maxBatchRows bounds a batch: a person can look through the answers, and one
// file can't take a day's quota of a whole platform.
const maxBatchRows = 1_000

// batchEntry says in the log that a request came in a file.
const batchEntry = "batch"

var (
	batchNeeds = []string{"order_no", "amount", "reason"}
	batchMay   = []string{"currency", "customer", "earlier", "external", "buyer_note", "rail_note", "internal_note"}
)

// rowResult is the answer to one row.
type rowResult struct {
	Row       int       `json:"row"` // 1 is the first behind the header
	Line      int       `json:"line"`
	Payout    string    `json:"payout_no"`
	Status    string    `json:"status"` // REFUSED, FAULT, or where the payout stands
	Order     string    `json:"order_no"`
	Amount    string    `json:"amount"`
	Currency  string    `json:"currency"`
	Rule      string    `json:"failure_code"`
	Words     string    `json:"words"`
	Failures  []failing `json:"failures,omitempty"`
	Key       string    `json:"idempotency_key,omitempty"`
	Repeated  bool      `json:"repeated,omitempty"`
	DryRun    bool      `json:"dry_run,omitempty"`
	safeAgain bool      // a fault that the same key makes safe to try again
}

var rowColumns = []column{
	{key: "row", title: "row", right: true}, {key: "line", title: "line", right: true, wide: true}, {key: "payout_no", title: "payout no."},
	{key: "status", title: "status"}, {key: "order_no", title: "order no."}, {key: "amount", title: "amount", right: true},
	{key: "currency", title: ""}, {key: "failure_code", title: "why not"}, {key: "words", title: "what happened"},
	{key: "idempotency_key", title: "key", wide: true}, {key: "repeated", title: "repeated", wide: true},
}

func (r rowResult) cells() []string {
	return []string{
		fmt.Sprint(r.Row), fmt.Sprint(r.Line), r.Payout, r.Status, r.Order, r.Amount, r.Currency, r.Rule, r.Words, r.Key, fmt.Sprint(r.Repeated),
	}
}

func (a *app) payoutsImport() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Ask for the payouts of a CSV file, at most 1,000", Args: cobra.ExactArgs(1),
		Long: "Ask for the payouts of a CSV file, at most 1,000, and tell what became of each row. Columns:\n" +
			"  " + strings.Join(batchNeeds, ", ") + "; and, where wanted, " + strings.Join(batchMay, ", ") + "\n" +
			"Mistakes are all found first, and then nothing is sent. The same file again gets the same answers\n" +
			"and pays nothing twice: each row's key is the file's SHA-256 and the row's number. Exit code 3 says\n" +
			"that rows were refused.",
	}
	d := a.deed(cmd, domain.RoleOwner)
	cmd.Flags().BoolVar(&d.check, "dry-run", false, "decide each row as if it came first, tell, and record nothing")
	cmd.Flags().Lookup("idempotency-key").Hidden = true
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if d.key != "" {
			return usage("--idempotency-key: the keys of a batch follow from its file")
		}
		file, err := readCSV(args[0], batchNeeds, batchMay, maxBatchRows)
		if err != nil {
			return err
		}
		return d.batch(cmd.Context(), file)
	}
	return cmd
}

// batch sends a file's rows if all of them can be read.
func (d *deed) batch(ctx context.Context, file *csvFile) error {
	actor, err := d.actor()
	if err != nil {
		return err
	}
	return d.a.act(ctx, false, func(ctx context.Context, k *desk) error {
		if err := k.atNamed(ctx); err != nil {
			return err
		}
		requests, err := k.batchRequests(ctx, file, actor)
		if err != nil {
			return err
		}
		results, err := k.send(ctx, requests, file, d.check)
		if err != nil {
			return err
		}
		return d.a.tellBatch(results, d.check)
	})
}

// batchRequests makes the request of every row; mistakes are all found first.
func (k *desk) batchRequests(ctx context.Context, file *csvFile, actor domain.Actor) ([]ledger.Request, error) {
	currency, err := k.currency(ctx)
	if err != nil {
		return nil, err
	}
	var asks []ask
	for _, row := range file.rows {
		asks = append(asks, row.ask(currency))
	}
	if len(file.rows) == 0 && file.mistakes.Count() == 0 {
		file.wrong(1, 1, "there are no rows")
	}
	if err := file.err("the batch has mistakes, nothing was sent"); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(file.data)
	var all []ledger.Request
	for i, q := range asks {
		c, err := k.request(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, ledger.Request{
			Merchant: k.merchant, Actor: actor, Command: c, Key: fmt.Sprintf("batch:%s:%d", hex.EncodeToString(sum[:]), i+1),
		})
	}
	return all, nil
}

// ask reads one row.
func (r csvRow) ask(currency domain.Currency) ask {
	q := ask{
		order: r.get("order_no"), amount: r.get("amount"), reason: r.get("reason"), customer: r.get("customer"), entry: batchEntry,
		earlier: r.get("earlier"), external: r.get("external"),
		buyerNote: r.get("buyer_note"), railNote: r.get("rail_note"), internalNote: r.get("internal_note"),
	}
	for _, must := range []struct{ column, value string }{{"order_no", q.order}, {"reason", q.reason}} {
		if must.value == "" {
			r.wrong(must.column, "%s is empty", must.column)
		}
	}
	if c := r.get("currency"); c != "" && c != string(currency) {
		r.wrong("currency", "%s, but the merchant's currency is %s", c, currency)
	}
	m, err := domain.ParseMoney(q.amount, currency)
	switch {
	case err != nil:
		var invalid *domain.Invalid
		if errors.As(err, &invalid) {
			r.wrong("amount", "%s", invalid.Why)
		}
	case m.Minor == 0:
		r.wrong("amount", "%q: an amount must be more than zero", q.amount)
	}
	for _, note := range []struct {
		column, text string
		most         int
	}{
		{"buyer_note", q.buyerNote, domain.MaxBuyerNoteChars}, {"rail_note", q.railNote, domain.MaxRailNoteChars},
		{"internal_note", q.internalNote, domain.MaxInternalNoteChars},
	} {
		if n := len([]rune(note.text)); n > note.most {
			r.wrong(note.column, "%s has %d characters, at most %d are allowed", note.column, n, note.most)
		}
	}
	return q
}

// send hands the rows in, waits for what they started, and tells each answer.
func (k *desk) send(ctx context.Context, requests []ledger.Request, file *csvFile, dry bool) ([]rowResult, error) {
	var answers []ledger.Result
	if dry {
		for _, r := range requests {
			receipt, err := k.ledger.Check(ctx, r)
			answers = append(answers, ledger.Result{Receipt: receipt, Err: err})
		}
	} else {
		answers = k.ledger.DoBatch(ctx, requests)
	}
	var started []string
	for _, ans := range answers {
		if ans.Err == nil && !dry && ans.Receipt.Refusal() == nil {
			started = append(started, ans.Receipt.Payout())
		}
	}
	patience, cancel := ctx, context.CancelFunc(func() {})
	if k.a.timeout == 0 {
		patience, cancel = context.WithTimeout(ctx, settleTime)
	}
	defer cancel()
	left, err := k.settle(patience, started)
	for _, m := range left {
		k.a.note("… %s", k.a.words.say(m.waits, "payout", m.payout))
	}
	if err != nil && len(left) == 0 {
		return nil, err
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer stop()
	return k.rowResults(last, requests, answers, file, dry)
}

func (k *desk) rowResults(ctx context.Context, requests []ledger.Request, answers []ledger.Result, file *csvFile, dry bool) ([]rowResult, error) {
	states := map[string]domain.PayoutState{}
	if err := k.ledger.View(ctx, k.merchant, func(m *domain.Merchant) {
		for _, ans := range answers {
			if p := m.Payouts[ans.Receipt.Payout()]; p != nil {
				states[p.No] = p.State
			}
		}
	}); err != nil {
		return nil, err
	}
	var all []rowResult
	for i, ans := range answers {
		terms := requests[i].Command.(domain.RequestPayout).PayoutTerms
		r := rowResult{
			Row: i + 1, Line: file.rows[i].line, Order: terms.OrderNo, Amount: terms.Money.Amount(),
			Currency: string(terms.Money.Currency), DryRun: dry,
		}
		if !dry {
			r.Key, r.Repeated = requests[i].Key, ans.Receipt.Repeated
		}
		refusal := ans.Receipt.Refusal()
		switch {
		case ans.Err != nil:
			p := problemOf(ans.Err)
			r.Status, r.Rule, r.Words, r.safeAgain = "FAULT", p.Code, p.Message, p.Exit == exitUnavailable || p.Exit == exitUnknown
		case refusal != nil:
			p := k.refusal(requests[i], ans.Receipt.Payout(), refusal)
			r.Status, r.Rule, r.Failures = string(domain.Refused), p.Code, p.Failures
			var what []string
			for _, f := range p.Failures {
				what = append(what, f.What)
			}
			r.Words = strings.Join(what, "; ")
		case dry:
			r.Status, r.Words = "OK", k.a.words.say("check.ok")
		default:
			state := states[ans.Receipt.Payout()]
			r.Status, r.Words = string(state), explain.Label(k.a.lang(), explain.State, string(state))
		}
		if ans.Err == nil && !dry {
			r.Payout = ans.Receipt.Payout()
		}
		all = append(all, r)
	}
	return all, nil
}

// tellBatch lists the rows, and says by its error what became of the whole.
func (a *app) tellBatch(all []rowResult, dry bool) error {
	if err := (listing[rowResult]{columns: rowColumns, cells: rowResult.cells, rows: each(all)}).show(a); err != nil {
		return err
	}
	refused, faults, again := 0, 0, false
	for _, r := range all {
		switch r.Status {
		case string(domain.Refused):
			refused++
		case "FAULT":
			faults++
			again = again || r.safeAgain
		}
	}
	rows := []string{"n", fmt.Sprint(refused), "of", fmt.Sprint(len(all))}
	switch {
	case faults > 0:
		p := &problem{Exit: exitFault, Code: "BATCH_FAULT", Message: fmt.Sprintf("%d of %d rows met a fault", faults, len(all))}
		if again {
			p.Exit, p.Try = exitUnavailable, "the same file again: rows that were taken are not sent twice"
		}
		return p
	case refused > 0:
		return &problem{Exit: exitRefused, Code: "ROWS_REFUSED", Message: a.words.say("batch.refused", rows...), refusedCommand: refusedCommand{DryRun: dry}}
	}
	a.note("%s", a.words.say("batch.ok", "of", fmt.Sprint(len(all))))
	return nil
}
