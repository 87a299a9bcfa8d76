package follow

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestParkedWorkWaitsForItsStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFake()
		keeper := &Memory{}
		d := newDesk(done)
		f, stop := start(t, Options{Store: store, Keeper: keeper, Workers: 1}, d)
		add(t, store, "a", held, "1")
		add(t, store, "a", held, "2")
		add(t, store, "a", held, "3")
		add(t, store, "b", held, "4")
		add(t, store, "a", answered, "2")
		time.Sleep(time.Hour)
		if got := f.Stats(); len(d.list()) != 0 || got.Parked != 3 || got.Active != 0 {
			t.Fatalf("after an hour: %v, %+v", d.list(), got)
		}
		stop()

		// What is parked outlives a restart, as a pointer.
		again := newDesk(done)
		f, stop = start(t, Options{Store: store, Keeper: keeper, Workers: 1}, again)
		synctest.Wait()
		add(t, store, "a", freed, "")
		<-again.seen
		<-again.seen
		synctest.Wait()
		if got := again.list(); !slices.Equal(got, []string{"Freed/1/true/0", "Freed/3/true/0"}) {
			t.Errorf("the release of a did %v", got)
		}
		if got := f.Stats(); got.Parked != 1 || got.Active != 0 {
			t.Errorf("afterwards: %+v", got)
		}
		stop()
	})
}

// A release that comes while a worker finds out that the work must be put aside
// must not be lost: nobody would release it again.
func TestReleaseMeetsWorkThatIsPutAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFake()
		began, goOn := make(chan struct{}), make(chan struct{})
		tries := 0
		d := newDesk(func(_ context.Context, w Work) (Answer, error) {
			if tries++; tries > 1 {
				return Answer{}, nil
			}
			began <- struct{}{}
			<-goOn
			return Answer{Outcome: Aside}, nil
		})
		f, stop := start(t, Options{Store: store}, d)
		synctest.Wait()
		add(t, store, "a", asked, "1")
		<-began
		add(t, store, "a", freed, "")
		synctest.Wait() // the release is read while the work is under way
		close(goOn)
		<-d.seen
		<-d.seen
		synctest.Wait()
		if got := d.list(); !slices.Equal(got, []string{"Asked/1/true/0", "Freed/1/true/0"}) {
			t.Errorf("work was %v", got)
		}
		if got := f.Stats(); got.Parked+got.Active != 0 {
			t.Errorf("afterwards: %+v", got)
		}
		stop()
	})
}

// The same for a restart between the release and the answer.
func TestReleaseOfUnfinishedWorkOutlivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFake()
		keeper := &Memory{}
		cut := newDesk(func(ctx context.Context, w Work) (Answer, error) {
			<-ctx.Done()
			return Answer{}, ctx.Err()
		})
		_, stop := start(t, Options{Store: store, Keeper: keeper}, cut)
		add(t, store, "a", asked, "1")
		synctest.Wait()
		add(t, store, "a", freed, "")
		synctest.Wait()
		stop()

		d := newDesk(func(_ context.Context, w Work) (Answer, error) {
			if w.Event.Type == asked {
				return Answer{Outcome: Aside}, nil
			}
			return Answer{}, nil
		})
		_, stop = start(t, Options{Store: store, Keeper: keeper}, d)
		<-d.seen
		<-d.seen
		stop()
		if got := d.list(); !slices.Equal(got, []string{"Asked/1/false/0", "Freed/1/false/0"}) {
			t.Errorf("work was %v", got)
		}
	})
}

// What the log says while a worker is busy counts when it is done, whatever its
// answer: the worker answers to an older event.
func TestTheLogOverrulesAWorkersAnswer(t *testing.T) {
	for _, answer := range []Answer{{Outcome: Done}, {Outcome: Again}, {Outcome: Aside}} {
		for _, tt := range []struct {
			events         []string
			active, parked int
			last           string // type of the last event worked on
		}{
			{[]string{answered}, 0, 0, asked},
			{[]string{held}, 0, 1, asked},
			{[]string{held, freed}, 0, 0, freed},
			{[]string{held, answered}, 0, 0, asked},
			{[]string{answered, asked}, 0, 0, asked},
			{[]string{held, freed, held}, 0, 1, asked},
		} {
			synctest.Test(t, func(t *testing.T) {
				store := newFake()
				began, goOn := make(chan struct{}), make(chan struct{})
				tries := 0
				d := newDesk(func(_ context.Context, w Work) (Answer, error) {
					if tries++; tries > 1 {
						return Answer{}, nil
					}
					began <- struct{}{}
					<-goOn
					return answer, nil
				})
				f, stop := start(t, Options{Store: store}, d)
				synctest.Wait()
				add(t, store, "a", asked, "1")
				<-began
				for _, typ := range tt.events {
					add(t, store, "a", typ, "1")
				}
				synctest.Wait()
				close(goOn)
				time.Sleep(time.Hour)
				synctest.Wait()
				if got := f.Stats(); got.Active != tt.active || got.Parked != tt.parked {
					t.Errorf("answer %v, meanwhile %v: %+v", answer, tt.events, got)
				}
				if works := d.works; works[len(works)-1].Event.Type != tt.last {
					t.Errorf("answer %v, meanwhile %v: worked on %v", answer, tt.events, d.list())
				}
				if d.twice != "" {
					t.Error("two workers had one key")
				}
				stop()
			})
		}
	}
}
