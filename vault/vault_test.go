package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amends-ledger/amends/domain"
)

var testKey = bytes.Repeat([]byte{7}, MinKeyBytes)

func seeded(n byte) io.Reader { return rand.NewChaCha8([32]byte{n}) }

func open(t *testing.T, path string) *Vault {
	t.Helper()
	v, err := Open(path, testKey, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func issue(t *testing.T, v *Vault, kind Kind, values ...string) []domain.Subject {
	t.Helper()
	s, err := v.Issue(t.Context(), kind, values...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSameValueSameSubject(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault with spaces?#.db")
	v := open(t, path)
	first := issue(t, v, Customer, "alice", "bob", "alice")
	if first[0] != first[2] || first[0].Pseudonym == first[1].Pseudonym {
		t.Fatalf("alice, bob, alice: %v", first)
	}
	if phone := issue(t, v, Phone, "alice")[0]; phone.Pseudonym == first[0].Pseudonym {
		t.Fatalf("a phone and a customer share %s", phone.Pseudonym)
	}
	if !regexp.MustCompile(`^cu_[0-9A-HJKMNP-TV-Z]{16}$`).MatchString(first[0].Pseudonym) {
		t.Errorf("pseudonym %q is not a prefix and 16 characters of base 32", first[0].Pseudonym)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}

	again := issue(t, open(t, path), Customer, "alice", "bob", "alice")
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("after reopening (-before +after):\n%s", diff)
	}
}

func TestRevealProvesTheCommitment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.db")
	s := issue(t, open(t, path), Phone, "13812345678")[0]
	v := open(t, path) // nothing in its cache
	for range 2 {      // from the file, then from the cache
		value, salt, err := v.Reveal(t.Context(), s.Pseudonym)
		if err != nil {
			t.Fatal(err)
		}
		if value != "13812345678" || len(salt) != saltBytes {
			t.Fatalf("revealed %q with %d bytes of salt", value, len(salt))
		}
		if !Verify(s.Commitment, Phone, value, salt) {
			t.Error("the commitment does not verify")
		}
		salt[0]++ // must not reach the cache
		if Verify(s.Commitment, Phone, value, salt) || Verify(s.Commitment, Customer, value, salt) ||
			Verify("", Phone, value, salt) {
			t.Error("another salt, kind or commitment verifies")
		}
	}
	if _, _, err := v.Reveal(t.Context(), "ph_NOBODY"); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown pseudonym gives %v", err)
	}
}

func TestEraseForgets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.db")
	v := open(t, path)
	const value = "canary-value-of-a-person"
	old := issue(t, v, Customer, value, "somebody else")
	_, salt, err := v.Reveal(t.Context(), old[0].Pseudonym)
	if err != nil {
		t.Fatal(err)
	}
	if !onDisk(t, path, []byte(value)) || !onDisk(t, path, []byte(text.EncodeToString(salt))) {
		t.Fatal("value and salt are not on disk before: the check below would see nothing")
	}
	for range 2 {
		if err := v.Erase(t.Context(), old[0].Pseudonym); err != nil {
			t.Fatal(err)
		}
	}
	if onDisk(t, path, []byte(value)) || onDisk(t, path, []byte(text.EncodeToString(salt))) {
		t.Error("value or salt is still in the vault's files")
	}
	if _, _, err := v.Reveal(t.Context(), old[0].Pseudonym); !errors.Is(err, ErrErased) {
		t.Errorf("revealing what was erased gives %v", err)
	}
	renewed := issue(t, v, Customer, value, "somebody else")
	if renewed[0].Pseudonym == old[0].Pseudonym || renewed[1] != old[1] {
		t.Errorf("after the erasure: %v, before: %v", renewed, old)
	}
	if err := v.Erase(t.Context(), "cu_NOBODY"); !errors.Is(err, ErrUnknown) {
		t.Errorf("erasing an unknown pseudonym gives %v", err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	v = open(t, path)
	if _, _, err := v.Reveal(t.Context(), old[0].Pseudonym); !errors.Is(err, ErrErased) {
		t.Errorf("after reopening, revealing what was erased gives %v", err)
	}
	if got := issue(t, v, Customer, value)[0]; got != renewed[0] {
		t.Errorf("after reopening the value has %s, before %s", got.Pseudonym, renewed[0].Pseudonym)
	}
}

func onDisk(t *testing.T, path string, what []byte) bool {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("list %s: %v", path, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, what) {
			return true
		}
	}
	return false
}

// An erasure must reach the cache of values although the one of pseudonyms has
// forgotten the row, and the other way round.
func TestEraseReachesBothCaches(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "vault.db"))
	s := issue(t, v, Customer, "alice")[0]
	v.byName = newHalves[entry]()
	if err := v.Erase(t.Context(), s.Pseudonym); err != nil {
		t.Fatal(err)
	}
	if again := issue(t, v, Customer, "alice")[0]; again == s {
		t.Fatalf("the erased pseudonym %s is issued again", s.Pseudonym)
	}
}

func TestAnotherKeyIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.db")
	open(t, path).Close()
	if _, err := Open(path, bytes.Repeat([]byte{8}, MinKeyBytes), nil); !errors.Is(err, ErrKey) {
		t.Errorf("another key gives %v", err)
	}
	if _, err := Open(path, []byte("short"), nil); err == nil {
		t.Error("a short key is taken")
	}
}

func TestFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.db")
	issue(t, open(t, path), Phone, "13812345678")
	files, _ := filepath.Glob(path + "*")
	if len(files) < 2 {
		t.Fatalf("files of the vault: %v", files)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(f), info.Mode())
		}
	}
}

func TestBadValuesIssueNothing(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "vault.db"))
	for name, try := range map[string]func() ([]domain.Subject, error){
		"empty": func() ([]domain.Subject, error) { return v.Issue(t.Context(), Customer, "alice", "") },
		"too long": func() ([]domain.Subject, error) {
			return v.Issue(t.Context(), Customer, strings.Repeat("x", MaxValueBytes+1))
		},
		"not UTF-8":    func() ([]domain.Subject, error) { return v.Issue(t.Context(), Customer, "alice\xff") },
		"NUL":          func() ([]domain.Subject, error) { return v.Issue(t.Context(), Customer, "ali\x00ce") },
		"unknown kind": func() ([]domain.Subject, error) { return v.Issue(t.Context(), "passport", "alice") },
		"too many": func() ([]domain.Subject, error) {
			return v.Issue(t.Context(), Customer, make([]string, MaxValues+1)...)
		},
	} {
		if s, err := try(); !errors.Is(err, ErrInvalid) || s != nil {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	if n := count(t, v); n != 0 {
		t.Errorf("%d rows were stored", n)
	}
}

func count(t *testing.T, v *Vault) (n int) {
	t.Helper()
	if err := v.read.QueryRow(`SELECT count(*) FROM subjects`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// The error of a value must not show it: errors are logged.
func TestErrorsHideTheValue(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "vault.db"))
	long := strings.Repeat("secret", MaxValueBytes)
	if _, err := v.Issue(t.Context(), Customer, long); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("the error is %v", err)
	}
}

func TestConcurrentCallersAgree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vault.db")
	v := open(t, path)
	const callers, values = 32, 50
	got := make([][]domain.Subject, callers)
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range values {
				s, err := v.Issue(context.Background(), Customer, fmt.Sprint((i+c)%values))
				if err != nil {
					t.Error(err)
					return
				}
				got[c] = append(got[c], s[0])
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	for c := range callers {
		for i := range values {
			if want := got[0][(i+c)%values]; got[c][i] != want {
				t.Fatalf("caller %d has %v for value %d, caller 0 has %v", c, got[c][i], (i+c)%values, want)
			}
		}
	}
	if n := count(t, v); n != values {
		t.Errorf("%d values have %d rows", values, n)
	}
}

func TestThousandsAtOnce(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "vault.db"))
	values := make([]string, 5_000)
	for i := range values {
		values[i] = fmt.Sprint("customer ", i)
	}
	s := issue(t, v, Customer, values...)
	seen := make(map[string]bool)
	for _, s := range s {
		seen[s.Pseudonym] = true
	}
	if len(seen) != len(values) {
		t.Errorf("%d values have %d pseudonyms", len(values), len(seen))
	}
	if diff := cmp.Diff(s[:3], issue(t, v, Customer, values[:3]...)); diff != "" {
		t.Error(diff)
	}
}

func TestCacheIsBounded(t *testing.T) {
	h := newHalves[int]()
	for i := range 3 * maxCached {
		h.put(fmt.Sprint(i), i)
		if n := len(h.young) + len(h.old); n > 2*maxCached {
			t.Fatalf("after %d values the cache has %d", i+1, n)
		}
		if _, ok := h.get("0"); !ok { // asked for all the time, so it stays
			t.Fatalf("the value in use was forgotten after %d others", i)
		}
	}
	if _, ok := h.get("1"); ok {
		t.Error("a value that was never asked for is still there")
	}
}

// In memory nothing is written, the same seed gives the same pseudonyms, and a
// second life with the same seed does not stop at what the first one drew.
func TestDeterministicRandomness(t *testing.T) {
	life := func() []domain.Subject {
		v, err := OpenMemory(testKey, seeded(1))
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		return issue(t, v, Customer, "alice", "bob")
	}
	if diff := cmp.Diff(life(), life()); diff != "" {
		t.Errorf("the same seed gives other subjects:\n%s", diff)
	}

	path := filepath.Join(t.TempDir(), "vault.db")
	for i, name := range []string{"alice", "bob", "carol"} {
		v, err := Open(path, testKey, seeded(1))
		if err != nil {
			t.Fatal(err)
		}
		issue(t, v, Customer, name)
		if n := count(t, v); n != i+1 {
			t.Fatalf("after %s there are %d rows", name, n)
		}
		v.Close()
	}
}

func TestClosedVaultAnswers(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "vault.db"))
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Issue(t.Context(), Customer, "alice"); !errors.Is(err, ErrClosed) {
		t.Errorf("issue on a closed vault: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := v.Erase(ctx, "cu_X"); err == nil {
		t.Error("erase on a closed vault succeeds")
	}
}

func BenchmarkIssueNew(b *testing.B) {
	v, err := Open(filepath.Join(b.TempDir(), "vault.db"), testKey, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer v.Close()
	values := make([]string, b.N)
	for i := range values {
		values[i] = fmt.Sprint("customer ", i)
	}
	b.ResetTimer()
	for len(values) > 0 {
		n := min(len(values), 5_000)
		if _, err := v.Issue(b.Context(), Customer, values[:n]...); err != nil {
			b.Fatal(err)
		}
		values = values[n:]
	}
}

func BenchmarkReveal(b *testing.B) {
	v, err := Open(filepath.Join(b.TempDir(), "vault.db"), testKey, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer v.Close()
	s, err := v.Issue(b.Context(), Phone, "13812345678")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := v.Reveal(b.Context(), s[0].Pseudonym); err != nil {
			b.Fatal(err)
		}
	}
}
