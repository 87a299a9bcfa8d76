# On a machine with Go and make alone: make demo, make test.

.DEFAULT_GOAL := help
GO ?= go

# Everything is pure Go. Without cgo the binary is the same with and without a C
# compiler on the machine, and vet, build and test share one build cache.
export CGO_ENABLED := 0

# The race detector needs cgo and a C compiler. It looks at the packages where
# goroutines meet, and there with -short: it makes code 5 to 10 times slower and finds
# nothing in the single-threaded tests that try a hundred thousand crashes and flipped
# bits, nor in the backfill of whole data sets. All tests run in full after it.
RACE := ./eventstore/... ./ledger/... ./projections ./vault/... ./rails/... ./sms/... ./internal/bloom/... ./internal/clock/... ./internal/vfs/...
HAS_C = printf '%s\n' '\#include <stdlib.h>' 'int main(void) { return 0; }' | $$($(GO) env CC) -x c -o /dev/null - 2>/dev/null

# Bounds the tests of one package; the slowest takes a fraction of it.
TIMEOUT := 6m
FUZZTIME ?= 5s
MUTANTS ?= 50

.PHONY: help build demo test vet test-race test-full race lint fuzz torture mutate bench clean skipped

## help: this list
help:
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^## \([a-z-]*\): /  \1\t/p' $(MAKEFILE_LIST) | expand -t 14

## build: bin/amends
build:
	$(GO) build -o bin/amends ./cmd/amends

## demo: build, take real data through the ledger, and show what came of it
demo: build
	./bin/amends demo

## test: vet, all tests, and a race detector where a C compiler is
test: vet test-race test-full skipped

vet:
	$(GO) vet ./...

test-race:
	@if $(HAS_C); then \
		echo "CGO_ENABLED=1 $(GO) test -race -short -timeout $(TIMEOUT) $(RACE)"; \
		CGO_ENABLED=1 $(GO) test -race -short -timeout $(TIMEOUT) $(RACE); \
	fi

test-full:
	$(GO) test -timeout $(TIMEOUT) ./...

skipped:
	@$(HAS_C) || echo "skipped: the race detector, which needs a C compiler (gcc and libc6-dev, or clang)"
	@echo "all tests passed"

## race: every package under the race detector; takes long
race:
	CGO_ENABLED=1 $(GO) test -race -timeout 30m ./...

## lint: the house rules: formatting, vet, imports, names, docs, links
lint: vet
	$(GO) test -count=1 ./internal/lint

## fuzz: every fuzz target for FUZZTIME (default 5s) each
fuzz:
	@set -e; for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for target in $$($(GO) test -list '^Fuzz' $$dir | grep '^Fuzz'); do \
			echo "== $$dir $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$dir; \
		done; \
	done

# -count=1: the size of these tests comes from the environment, which the cache of
# test results does not always see.
## torture: the crash and damage tests at full size; takes an hour or more
torture:
	AMENDS_TORTURE=1 $(GO) test -count=1 -timeout 3h ./eventstore/... ./ledger/... ./projections/... ./rails/... ./sms/... ./internal/vfs/... ./backfill ./cmd/amends

## mutate: change one thing in the domain at a time, MUTANTS (default 50) in all, and see which the tests miss
mutate:
	$(GO) run ./internal/mutate -n $(MUTANTS)

## bench: Go benchmarks of the hot parts
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./eventstore/... ./ledger/... ./domain/...

## clean: remove what was built, and the demo's data
clean:
	rm -rf bin demo-data
