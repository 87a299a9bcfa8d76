package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/rails/sandbox"
)

// amends runs the program as a process of its own; nil output means killed.
func amends(t *testing.T, killAfter time.Duration, args ...string) (code int, stdout, stderr []byte) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command("amends", args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if killAfter > 0 {
		timer := time.AfterFunc(killAfter, func() { cmd.Process.Kill() }) // SIGKILL: nothing of it runs any more
		defer timer.Stop()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.Bytes(), errs.Bytes()
}

const killed = -1

// finish runs a plan to its end and requires the expected figures, then a second
// time, which must add nothing, and compares the rail's own book with the wallets.
func finish(t *testing.T, plan, home string, want []byte) {
	t.Helper()
	for run := range 2 {
		code, out, errs := amends(t, 0, "backfill", plan, "--home", home, "-o", "json")
		if code != exitOK {
			t.Fatalf("run %d exits with %d: %s", run, code, errs)
		}
		if diff := compareExpected(want, out); diff != "" {
			t.Fatalf("run %d (-want +got):\n%s", run, diff)
		}
		var result struct{ Events int }
		if err := json.Unmarshal(out, &result); err != nil {
			t.Fatal(err)
		}
		if run == 1 && result.Events != 0 {
			t.Fatalf("a run after the end appends %d events", result.Events)
		}
	}
	code, out, errs := amends(t, 0, "wallet", "show", "--home", home, "-o", "json")
	if code != exitOK {
		t.Fatalf("wallet show exits with %d: %s", code, errs)
	}
	var wallets []balance
	if err := json.Unmarshal(out, &wallets); err != nil {
		t.Fatal(err)
	}
	paid := map[domain.Currency]int64{}
	for _, w := range wallets {
		m, err := domain.ParseMoney(w.Paid, domain.Currency(w.Currency))
		if err != nil {
			t.Fatal(err)
		}
		paid[m.Currency] += m.Minor
	}
	bank, err := sandbox.Open(filepath.Join(home, "sandbox", "book.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer bank.Close()
	totals, err := bank.Totals(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for c, minor := range paid {
		if totals[c].Minor != minor {
			t.Errorf("the rail's book has %d minor units of %s, the wallets paid %d", totals[c].Minor, c, minor)
		}
	}
	if len(totals) != len(paid) {
		t.Errorf("the rail's book has %v, the wallets %v", totals, paid)
	}
}

// A run that is killed anywhere, and again while it goes on, ends as if it had
// not been.
func TestKilledRunGoesOn(t *testing.T) {
	t.Parallel()
	plan, want := carriedPlan(t, "retail-d")
	home := filepath.Join(t.TempDir(), "home")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 3 {
		after := time.Millisecond + time.Duration(random.Int64N(int64(2*time.Second)))
		code, out, errs := amends(t, after, "backfill", plan, "--home", home, "-o", "json")
		t.Logf("killed after %v: exit %d", after, code)
		if code != killed && code != exitOK {
			t.Fatalf("exits with %d: %s%s", code, out, errs)
		}
	}
	finish(t, plan, home, want)
}

// TestTorture kills a run of each plan at many moments, each in a new folder.
func TestTorture(t *testing.T) {
	if os.Getenv("AMENDS_TORTURE") == "" {
		t.Skip("AMENDS_TORTURE is not set: some ten minutes of killing")
	}
	const moments = 20
	for _, p := range []struct {
		plan string
		long time.Duration // about what a run takes
	}{{"retail-d", 6 * time.Second}, {"tsa-t1", 15 * time.Second}} {
		plan, want := carriedPlan(t, p.plan)
		random := rand.New(rand.NewPCG(1, 2))
		for i := range moments {
			t.Run(p.plan+"-"+strconv.Itoa(i), func(t *testing.T) {
				home := filepath.Join(t.TempDir(), "home")
				after := time.Millisecond + time.Duration(random.Int64N(int64(p.long)))
				code, out, errs := amends(t, after, "backfill", plan, "--home", home, "-o", "json")
				t.Logf("killed after %v: exit %d", after, code)
				if code != killed && code != exitOK {
					t.Fatalf("exits with %d: %s%s", code, out, errs)
				}
				finish(t, plan, home, want)
			})
		}
	}
}

const smallPlan = `payouts:
  file: rows.csv
  id: id
  requested_at: at
  amount: amount
  currency: {value: USD}
  reason: {value: other}
merchant: {id: M1}
timezone: UTC
wallet:
  initial: "100.00"
`

// small is a plan that runs in a moment.
func small(t *testing.T) (plan, home string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"plan.yaml": smallPlan,
		"rows.csv":  "id,at,amount\n1,2020-01-01,4.00\n2,2020-01-02,7.00\n3,2020-01-02,90.00\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plan, home = filepath.Join(dir, "plan.yaml"), filepath.Join(dir, "home")
	if code, _, errs := amends(t, 0, "backfill", plan, "--home", home); code != exitOK {
		t.Fatalf("exits with %d: %s", code, errs)
	}
	return plan, home
}

func requireExit(t *testing.T, want int, code string, args ...string) {
	t.Helper()
	got, out, errs := amends(t, 0, args...)
	if got != want || !strings.Contains(string(errs), "✗ "+code+"  ") {
		t.Errorf("amends %s exits with %d, not %d %s:\n%s%s", strings.Join(args, " "), got, want, code, out, errs)
	}
}

// A rail whose book tells something else than the ledger is not passed over.
func TestBooksThatDisagree(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"another amount": `UPDATE payments SET amount = amount + 1 WHERE no = 2`,
		"not paid":       `DELETE FROM payments WHERE no = 1`,
	} {
		t.Run(name, func(t *testing.T) {
			plan, home := small(t)
			db, err := sql.Open("sqlite", filepath.Join(home, "sandbox", "book.db"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(change); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			requireExit(t, exitIntegrity, "BOOKS_DISAGREE", "backfill", plan, "--home", home)
		})
	}
}

// A log with one wrong bit is refused, by everything that reads it.
func TestDamagedLog(t *testing.T) {
	t.Parallel()
	plan, home := small(t)
	file := filepath.Join(home, "log", "00000001.seg")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(content, []byte("PayoutPaid"))
	if at < 0 {
		t.Fatal("no PayoutPaid in the log")
	}
	content[at] ^= 1
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	requireExit(t, exitIntegrity, "LOG_CORRUPT", "backfill", plan, "--home", home)
	requireExit(t, exitIntegrity, "LOG_CORRUPT", "events", "ls", "--home", home)
}

// While one process has the ledger, another says who, and that waiting helps.
func TestLedgerInUse(t *testing.T) {
	t.Parallel()
	plan, home := small(t)
	log, err := segment.Open(context.Background(), segment.Options{Dir: filepath.Join(home, "log")})
	if err != nil {
		t.Fatal(err)
	}
	holder := "pid " + strconv.Itoa(os.Getpid())
	for _, args := range [][]string{{"backfill", plan}, {"payouts", "ls"}} {
		args = append(args, "--home", home)
		requireExit(t, exitUnavailable, "LEDGER_IN_USE", args...)
		if _, _, errs := amends(t, 0, args...); !strings.Contains(string(errs), holder) {
			t.Errorf("it does not say that %s has the ledger: %s", holder, errs)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := amends(t, 0, "payouts", "ls", "--home", home); code != exitOK {
		t.Errorf("afterwards it exits with %d: %s", code, errs)
	}
}

// Views, cursors and indexes can be deleted: they come back from the log.
func TestDerivedFilesComeBack(t *testing.T) {
	t.Parallel()
	plan, home := small(t)
	show := func() string {
		t.Helper()
		code, out, errs := amends(t, 0, "payouts", "ls", "--home", home, "-o", "csv")
		if code != exitOK {
			t.Fatalf("exits with %d: %s", code, errs)
		}
		return string(out)
	}
	before := show()
	for _, name := range []string{"views.db", "views.db-wal", "views.db-shm", "keys", "cold.db", "cursors"} {
		if err := os.RemoveAll(filepath.Join(home, name)); err != nil {
			t.Fatal(err)
		}
	}
	if after := show(); after != before {
		t.Errorf("records were\n%s\nand are\n%s", before, after)
	}
	code, out, errs := amends(t, 0, "backfill", plan, "--home", home, "-o", "json")
	if code != exitOK || !strings.Contains(string(out), `"events": 0`) {
		t.Errorf("a rerun exits with %d: %s%s", code, out, errs)
	}
}

// A signal ends a run in order: it says so, and the next run goes on.
func TestInterruptedRunGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plan, home := filepath.Join(dir, "plan.yaml"), filepath.Join(dir, "home")
	var rows strings.Builder
	rows.WriteString("id,at,amount\n")
	for i := range 1_000 { // one merchant's: thousands of syncs, one after the other
		fmt.Fprintf(&rows, "%d,2020-01-01,1.00\n", i)
	}
	for name, content := range map[string]string{"plan.yaml": smallPlan, "rows.csv": rows.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, want, msg := amends(t, 0, "simulate", plan, "-o", "json")
	if code != exitOK {
		t.Fatalf("simulate exits with %d: %s", code, msg)
	}

	var errs bytes.Buffer
	cmd := exec.Command("amends", "backfill", plan, "--home", home, "-o", "json")
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for { // the log is there: the run has begun
		if files, err := os.ReadDir(filepath.Join(home, "log")); err == nil && len(files) > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the run does not begin")
		}
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitUnavailable {
		t.Fatalf("ends with %v: %s", err, &errs)
	}
	if !strings.Contains(errs.String(), `"code":"INTERRUPTED"`) {
		t.Errorf("it says %s", &errs)
	}
	code, got, msg := amends(t, 0, "backfill", plan, "--home", home, "-o", "json")
	if code != exitOK {
		t.Fatalf("the next run exits with %d: %s", code, msg)
	}
	if diff := cmp.Diff(figuresOnly(t, want), figuresOnly(t, got)); diff != "" {
		t.Errorf("the next run (-simulated +got):\n%s", diff)
	}
}

// figuresOnly leaves out what belongs to one run and not to the plan.
func figuresOnly(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var figures map[string]any
	if err := json.Unmarshal(text, &figures); err != nil {
		t.Fatal(err)
	}
	delete(figures, "events")
	delete(figures, "seconds")
	return figures
}
