package backfill

import (
	"encoding/json"
	"io"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func load(t *testing.T, plan string) *Input {
	t.Helper()
	in, err := Load(Files{
		Open: func(name string) (io.ReadCloser, error) { return os.Open(name) },
		Plan: "../testdata/plans/" + plan + ".yaml",
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// expected compares what the expected file of a plan has.
func expected(t *testing.T, plan string, got *Result) {
	t.Helper()
	data, err := os.ReadFile("../testdata/plans/" + plan + ".expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var want, have map[string]any
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &have); err != nil {
		t.Fatal(err)
	}
	for key := range have {
		if _, ok := want[key]; !ok {
			delete(have, key)
		}
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%s (-want +got):\n%s", plan, diff)
	}
}

func TestCarriedPlans(t *testing.T) {
	for _, plan := range []string{"retail-c", "retail-d", "tsa-t1"} {
		t.Run(plan, func(t *testing.T) {
			in := load(t, plan)
			h := newHarness(t)
			ctx := within(t, 2*time.Minute)
			got, err := Run(ctx, in, h.Parts)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d events in %.1f s", got.Events, got.Seconds)
			expected(t, plan, got)
			again, err := Run(ctx, in, h.Parts)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("again: %d events in %.1f s", again.Events, again.Seconds)
			if again.Events != 0 {
				t.Errorf("a rerun appends %d events", again.Events)
			}
			got.Events, got.Seconds, again.Seconds = 0, 0, 0
			if diff := cmp.Diff(got, again); diff != "" {
				t.Errorf("the rerun differs (-first +second):\n%s", diff)
			}
		})
	}
}
