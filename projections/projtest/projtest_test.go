package projtest_test

import (
	"testing"

	"github.com/amends-ledger/amends/projections"
	"github.com/amends-ledger/amends/projections/projtest"
	"github.com/amends-ledger/amends/projections/quota"
	"github.com/amends-ledger/amends/projections/records"
	"github.com/amends-ledger/amends/projections/wallet"
)

func views() []*projections.View {
	return []*projections.View{wallet.View(), quota.View(), records.View()}
}

func story(t *testing.T, seed uint64, commands int) (*projtest.Log, *projtest.Story) {
	t.Helper()
	log := projtest.NewLog()
	s, err := projtest.NewStory(seed, log, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Play(commands); err != nil {
		t.Fatal(err)
	}
	return log, s
}

func TestIncremental(t *testing.T) {
	for seed := range uint64(4) {
		log, _ := story(t, seed, 1500)
		t.Logf("seed %d: %d events", seed, log.Len())
		projtest.Incremental(t, log, views(), projtest.SQLite, seed)
	}
}

func TestKill(t *testing.T) {
	log, _ := story(t, 7, 300)
	projtest.Kill(t, log, views(), projtest.SQLite, 7, false)
}
