package backfill

import (
	"context"
	"fmt"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/vault"
)

const registerKey = "register"

// issueSubjects gives every customer and every operator of the run a pseudonym,
// durably, before an event names one.
func (r *run) issueSubjects(ctx context.Context) error {
	var customers, phones []string
	seen := map[string]bool{"": true}
	add := func(to *[]string, value string) {
		if !seen[value] {
			seen[value] = true
			*to = append(*to, value)
		}
	}
	for i := range r.in.Rows {
		add(&customers, r.in.Rows[i].Customer)
		if order, ok := r.in.Orders[r.in.Rows[i].Order]; ok { // of the others nobody asks
			add(&customers, order.Customer)
		}
	}
	clear(seen)
	for _, q := range r.queues {
		if q.merchant == "" {
			continue
		}
		add(&phones, inboxOf(q.merchant, r.owner))
		for _, agent := range q.agents {
			add(&phones, inboxOf(q.merchant, agent))
		}
	}
	var err error
	if r.customers, err = r.issue(ctx, vault.Customer, customers); err != nil {
		return err
	}
	r.phones, err = r.issue(ctx, vault.Phone, phones)
	return err
}

// fillOrders makes the plan's orders the source of order facts, with pseudonyms
// for customers. The file does not say which merchant may pay on an order.
func (r *run) fillOrders() error {
	for no, o := range r.in.Orders {
		facts := domain.OrderFacts{ID: no, Customer: r.customers[o.Customer].Pseudonym, Total: o.Total, PlacedAt: o.PlacedAt}
		if _, err := r.orders.Put("", facts); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) issue(ctx context.Context, kind vault.Kind, values []string) (map[string]domain.Subject, error) {
	all := make(map[string]domain.Subject, len(values))
	for len(values) > 0 {
		n := min(len(values), vault.MaxValues)
		subjects, err := r.Subjects.Issue(ctx, kind, values[:n]...)
		if err != nil {
			return nil, err
		}
		for i, s := range subjects {
			all[values[i]] = s
		}
		values = values[n:]
	}
	return all, nil
}

// inboxOf is the address that an operator's SMS goes to. The data name no phones,
// and none is made up: it says what it is, the demo inbox of this account.
func inboxOf(merchant, account string) string { return InboxPrefix + merchant + "/" + account }

// InboxPrefix begins the addresses of operators that a backfill makes up.
const InboxPrefix = "demo-inbox/"

var platform = domain.Actor{Role: domain.RolePlatform}

// setUp publishes the policy and makes the merchants known, with all that a row
// needs, as of the first instant of the plan.
func (r *run) setUp(ctx context.Context) error {
	if _, err := r.do(ctx, ledger.Request{
		Key: r.in.Digest.key("policy"), Actor: platform, EffectiveAt: r.in.Start,
		Command: domain.PublishPolicy{Name: r.in.Digest.Policy(), Policy: r.in.Policy},
	}); err != nil {
		return err
	}
	var batch []ledger.Request
	for _, q := range r.queues {
		if q.merchant == "" {
			continue
		}
		batch = append(batch, r.introduce(q)...)
		if len(batch) >= setupBatch {
			if err := r.doAll(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return r.doAll(ctx, batch)
}

// doAll carries out commands that must not be refused.
func (r *run) doAll(ctx context.Context, batch []ledger.Request) error {
	ctx, cancel := context.WithTimeout(ctx, r.RowTimeout)
	defer cancel()
	for i, res := range r.Ledger.DoBatch(ctx, batch) {
		if err := unexpected(batch[i], res.Receipt, res.Err); err != nil {
			return causeOf(ctx, err)
		}
	}
	return nil
}

// introduce are the commands that set one merchant up, in order.
func (r *run) introduce(q *queue) []ledger.Request {
	owner := domain.Actor{Role: domain.RoleOwner, ID: r.owner}
	var all []ledger.Request
	add := func(key string, actor domain.Actor, c domain.Command) {
		all = append(all, ledger.Request{
			Merchant: q.merchant, Key: r.in.Digest.key(key), Actor: actor, EffectiveAt: r.in.Start, Command: c,
		})
	}
	add(registerKey, platform, domain.RegisterMerchant{
		Profile: domain.Profile{
			Name: q.merchant, SelfAfterSales: true, WalletOpen: true,
			Zone: r.in.Zone, Currency: r.in.Currency, Policy: r.in.Digest.Policy(),
		},
		Owner: r.operator(q.merchant, r.owner),
	})
	add("open", owner, domain.OpenService{Agreement: agreement})
	if r.in.Exemption.Minor > 0 {
		add("sms-exempt", owner, domain.SetSMSExemption{Max: r.in.Exemption})
	}
	for _, agent := range q.agents {
		add("agent/"+agent, owner, domain.AddAgent{Agent: r.operator(q.merchant, agent)})
		add("grant/"+agent, owner, domain.GrantPermissions{
			Agent:       agent,
			Permissions: []string{domain.PermissionView, domain.PermissionInitiate, domain.PermissionExport},
		})
		add("quota/"+agent, owner, quotaCommand(agent, r.in.Quota))
	}
	if r.in.Initial.Minor > 0 {
		add("credit/initial", platform, domain.CreditWallet{Money: r.in.Initial, Reference: "initial balance of the plan"})
	}
	if len(q.rows) == 0 { // no row comes between its top-ups
		for _, t := range r.in.TopUps {
			all = append(all, r.topUp(q.merchant, t))
		}
	}
	return all
}

func (r *run) operator(merchant, account string) domain.Operator {
	return domain.Operator{ID: account, Phone: r.phones[inboxOf(merchant, account)]}
}

func (r *run) topUp(merchant string, t TopUp) ledger.Request {
	return ledger.Request{
		Merchant: merchant, Key: r.in.Digest.key("credit/" + t.Month), Actor: platform, EffectiveAt: t.At,
		Command: domain.CreditWallet{Money: r.in.TopUp, Reference: fmt.Sprintf("top-up of %s", t.Month)},
	}
}
