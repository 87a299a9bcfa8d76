// Command mutate asks whether the domain's tests would notice a mistake. It
// changes one operator, sign or statement of package domain at a time, runs the
// package's tests on the changed copy, and prints what survived.
//
//	go run ./internal/mutate -n 100 -seed 1
//
// The tree is not touched: the compiler is given the changed file as an overlay.
// A survivor is a question, not a verdict: the change may mean the same, or move a
// bound that no rule names. The properties run with few checks here, so that a
// mutant costs seconds.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// mutantTimeout bounds the tests of one mutant. One that loops for ever is caught
// by it: the tests did not pass.
const mutantTimeout = 2 * time.Minute

func main() {
	n := flag.Int("n", 100, "how many mutants to try; 0 tries them all, which takes hours")
	seed := flag.Int64("seed", 1, "which ones")
	flag.Parse()
	if err := run(*n, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(n int, seed int64) error {
	all, err := mutantsOf("domain")
	if err != nil {
		return err
	}
	if err := pass(nil); err != nil {
		return fmt.Errorf("the tests do not pass as they are: %w", err)
	}
	chosen := all
	if n > 0 && n < len(all) {
		chosen = nil
		for _, i := range rand.New(rand.NewSource(seed)).Perm(len(all))[:n] {
			chosen = append(chosen, all[i])
		}
	}
	var killed, invalid int
	for i, m := range chosen {
		switch err := pass(&m); {
		case err == nil:
			fmt.Printf("%d/%d SURVIVED %s\n", i+1, len(chosen), m)
		case err == errDoesNotCompile:
			invalid++
		default:
			killed++
		}
	}
	tried := len(chosen) - invalid
	fmt.Printf("%d mutants of %d tried, seed %d: %d killed, %d survived, %d more did not compile\n",
		tried, len(all), seed, killed, tried-killed, invalid)
	return nil
}

var errDoesNotCompile = fmt.Errorf("does not compile")

// pass builds and runs the domain's tests with m in place; nil is the tree as it is.
func pass(m *mutant) error {
	tmp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	binary := filepath.Join(tmp, "domain.test")
	args := []string{"test", "-c", "-vet=off", "-o", binary}
	if m != nil {
		overlay, err := m.overlay(tmp)
		if err != nil {
			return err
		}
		args = append(args, "-overlay", overlay)
	}
	ctx, cancel := context.WithTimeout(context.Background(), mutantTimeout)
	defer cancel()
	if err := exec.CommandContext(ctx, "go", append(args, "./domain")...).Run(); err != nil {
		return errDoesNotCompile
	}
	tests := exec.CommandContext(ctx, binary, "-test.failfast", "-rapid.checks=40", "-rapid.nofailfile")
	tests.Dir = "domain"
	return tests.Run()
}

// overlay writes the changed file and the list that makes the compiler read it.
func (m *mutant) overlay(tmp string) (string, error) {
	changed := filepath.Join(tmp, "changed.go")
	if err := os.WriteFile(changed, m.apply(), 0o600); err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(tmp, "overlay.json")
	return name, os.WriteFile(name, list, 0o600)
}
