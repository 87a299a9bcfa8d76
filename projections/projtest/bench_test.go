package projtest_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
)

// backfillLog is a log as a backfill leaves it: 446 merchants with 900 agents in
// all, of every four requests three are paid with SMS (eight events) and one is
// refused, and 64 merchants are at work at a time.
func backfillLog(tb testing.TB, requests int) *projtest.Log {
	tb.Helper()
	log, rnd := projtest.NewLog(), rand.New(rand.NewPCG(1, 9))
	heads := map[string]int64{}
	at, n := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), 0
	add := func(merchant string, by domain.Actor, events ...domain.Event) {
		n++
		meta := domain.Meta{
			ID: uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, n)), Key: "k", Fingerprint: "0123456789abcdef", Actor: by,
			EffectiveAt: at, RecordedAt: at.AddDate(10, 0, 0).Add(time.Duration(n)),
		}
		stream := domain.MerchantStream(merchant)
		head, ok := heads[stream]
		if !ok {
			head = -1
		}
		w := eventstore.Write{Stream: stream, Expect: eventstore.At(head)}
		for i, e := range events {
			s, err := domain.Encode(e, meta, i, len(events))
			if err != nil {
				tb.Fatal(err)
			}
			w.Events = append(w.Events, eventstore.Event{
				ID: meta.EventID(i), Type: s.Type, Version: s.Version, RecordedAt: meta.RecordedAt, Data: s.Data, Meta: s.Meta,
			})
		}
		c, err := log.Append(context.Background(), w)
		if err != nil {
			tb.Fatal(err)
		}
		heads[stream] = c.Revision
	}
	platform, owner := domain.Actor{Role: domain.RolePlatform}, domain.Actor{Role: domain.RoleOwner, ID: "owner"}
	processor, sender := domain.Actor{Role: domain.RoleProcessor}, domain.Actor{Role: domain.RoleSender}
	usd := func(minor int64) domain.Money { return domain.Money{Minor: minor, Currency: "USD"} }
	limit := usd(1000_00)
	for m := range 446 {
		id := fmt.Sprintf("M%03d", m)
		add(id, platform, domain.MerchantRegistered{Merchant: id, Profile: domain.Profile{Zone: "UTC", Currency: "USD"}, Owner: domain.Operator{ID: "owner"}})
		add(id, platform, domain.WalletCredited{Money: usd(10_000_000_00), Reference: "initial"})
		for a := range 2 {
			add(id, owner, domain.AgentAdded{Agent: domain.Operator{ID: fmt.Sprintf("site-%d", a)}})
			add(id, owner, domain.QuotaSet{Agent: fmt.Sprintf("site-%d", a), MonthlyAmount: &limit})
		}
	}
	var running [64][]func()
	for done := 0; done < requests || n > 0; {
		at = at.Add(time.Hour)
		slot := &running[rnd.IntN(len(running))]
		if len(*slot) > 0 {
			(*slot)[0]()
			*slot = (*slot)[1:]
			continue
		}
		if done++; done > requests {
			break
		}
		id := fmt.Sprintf("M%03d", rnd.IntN(446))
		by := domain.Actor{Role: domain.RoleAgent, ID: fmt.Sprintf("site-%d", rnd.IntN(2))}
		no := domain.PayoutNo(uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, done)))
		m := usd(1 + rnd.Int64N(200_00))
		terms := domain.PayoutTerms{Money: m, Reason: "other", Entry: "backfill", External: fmt.Sprintf("%013d", rnd.Int64N(1e13))}
		if done%4 == 0 {
			add(id, by, domain.PayoutRefused{Payout: no, PayoutTerms: terms, Failures: []domain.Failure{
				{Rule: domain.RuleAmountAboveMax, Limit: "200.00", Asked: m.Amount(), Unit: "USD", Name: "amount_max"}}})
			continue
		}
		c := domain.ChallengeID(no, 1)
		*slot = []func(){
			func() {
				add(id, by, domain.PayoutRequested{Payout: no, PayoutTerms: terms, Day: at.Format(time.DateOnly), Month: at.Format("2006-01"), Confirm: "sms"},
					domain.SMSChallengeIssued{Payout: no, Challenge: c, Send: 1, Phone: "ph_0123456789", Digits: 6, ExpiresAt: at.Add(5 * time.Minute)})
			},
			func() {
				add(id, sender, domain.SMSSent{Payout: no, Challenge: c, Send: 1, Provider: "inbox", MessageID: "m"})
			},
			func() { add(id, by, domain.SMSAttempted{Payout: no, Challenge: c, Attempt: 1}) },
			func() {
				add(id, by, domain.SMSConfirmed{Payout: no, Challenge: c, Attempt: 1}, domain.PayoutAuthorized{Payout: no, By: "sms"})
			},
			func() {
				add(id, processor, domain.PayoutSubmitted{Payout: no, Rail: "sandbox", Reference: no, Money: m})
			},
			func() {
				add(id, processor, domain.PayoutPaid{Payout: no, Money: m, Rail: "sandbox", RailID: "sb-" + no})
			},
		}
	}
	return log
}

// BenchmarkRebuild builds the three views from a log of some 180,000 events.
func BenchmarkRebuild(b *testing.B) {
	log := backfillLog(b, 29_128)
	for b.Loop() {
		db := projtest.SQLite(b)(b, projections.Options{})
		began, used := time.Now(), cpu()
		projtest.Run(b, log, db, views()[:3], projections.RunnerOptions{})
		b.ReportMetric(float64(log.Len())/time.Since(began).Seconds(), "events/s")
		b.ReportMetric((cpu() - used).Seconds(), "cpu-s/op")
		b.ReportMetric(float64(log.Len()), "events")
		db.Close()
	}
}

// cpu is what the process has used.
func cpu() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkBareInserts is the ceiling of BenchmarkRebuild: the rows that it ends
// with, inserted by statements of many rows into the same tables and indexes of
// the same engine, in transactions of the same size.
func BenchmarkBareInserts(b *testing.B) {
	log := backfillLog(b, 29_128)
	full := projtest.SQLite(b)(b, projections.Options{})
	projtest.Run(b, log, full, views()[:3], projections.RunnerOptions{})
	type table struct {
		name    string
		columns []string
		rows    []projections.Row
	}
	var tables []table
	total := 0
	for _, v := range views()[:3] {
		rows, _, err := full.Rows(b.Context(), v)
		if err != nil {
			b.Fatal(err)
		}
		for _, s := range v.Tables {
			t := table{name: s.Name + "_g1", rows: rows[s.Name]}
			for _, c := range s.Columns {
				t.columns = append(t.columns, c.Name)
			}
			tables, total = append(tables, t), total+len(t.rows)
		}
	}
	nothing := projtest.NewLog() // but an event that no view reads
	if _, err := nothing.Append(b.Context(), eventstore.Write{Stream: "s", Events: []eventstore.Event{{ID: uuid.New(), Type: "Other", Version: 1}}}); err != nil {
		b.Fatal(err)
	}
	const perStatement, perTransaction = 1, 10_000 // 8 and 32 took four times as long
	for b.Loop() {
		b.StopTimer()
		path := filepath.Join(b.TempDir(), "views.db")
		empty, err := projections.OpenSQLite(path, projections.Options{})
		if err != nil {
			b.Fatal(err)
		}
		projtest.Run(b, nothing, empty, views()[:3], projections.RunnerOptions{}) // makes the tables
		empty.Close()
		db, err := sql.Open("sqlite", path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=temp_store(MEMORY)"+
			"&_pragma=wal_autocheckpoint(16000)&_pragma=cache_size(-32768)")
		if err != nil {
			b.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		b.StartTimer()
		began, used := time.Now(), cpu()
		for _, t := range tables {
			mark := "(?" + strings.Repeat(", ?", len(t.columns)-1) + ")"
			insert := func(n int) string {
				return "INSERT INTO " + t.name + " VALUES " + mark + strings.Repeat(", "+mark, n-1)
			}
			many, err := db.Prepare(insert(perStatement))
			if err != nil {
				b.Fatal(err)
			}
			for from := 0; from < len(t.rows); from += perTransaction {
				tx, err := db.Begin()
				if err != nil {
					b.Fatal(err)
				}
				batch := t.rows[from:min(from+perTransaction, len(t.rows))]
				for len(batch) > 0 {
					n := min(perStatement, len(batch))
					var args []any
					for _, row := range batch[:n] {
						for _, c := range t.columns {
							args = append(args, row[c])
						}
					}
					if n == perStatement {
						_, err = tx.Stmt(many).Exec(args...)
					} else {
						_, err = tx.Exec(insert(n), args...)
					}
					if err != nil {
						b.Fatal(err)
					}
					batch = batch[n:]
				}
				if err := tx.Commit(); err != nil {
					b.Fatal(err)
				}
			}
			many.Close()
		}
		b.ReportMetric(float64(total)/time.Since(began).Seconds(), "rows/s")
		b.ReportMetric((cpu() - used).Seconds(), "cpu-s/op")
		b.ReportMetric(float64(total), "rows")
		db.Close()
	}
}
