package lint

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// allowed says which of our packages each package may import, tests aside. A
// name that ends in /* stands for the packages right below, and PARENT for the
// package that one is right below of. The order matters: the first line that fits a
// package counts.
//
// The reasons: a decision must be replayable from the domain alone; the store
// deals in bytes; adapters of one port must not lean on each other; and nothing
// but the ledger writes events, so whoever reports back needs the ledger.
var allowed = []struct {
	packages string
	may      string
}{
	{"domain", ""},
	{"eventstore", "internal/vfs"},
	{"eventstore/storetest", "PARENT internal/vfs"},
	{"eventstore/*", "PARENT internal/vfs"},
	{"ledger", "domain eventstore ledger/* internal/clock"},
	{"ledger/timers", "PARENT domain eventstore eventstore/follow"}, // a dispatcher: it reports back by commands
	{"ledger/*", "eventstore internal/vfs internal/bloom"},
	{"projections", "domain eventstore eventstore/follow"},
	{"projections/*", "PARENT domain eventstore"},
	{"audit bus", "domain eventstore eventstore/follow"},
	{"rails sms", "domain eventstore eventstore/follow ledger bus internal/clock"},
	{"rails/* sms/*", "PARENT domain internal/clock"},
	{"export", "domain eventstore projections projections/*"},
	{"export/*", "PARENT domain"}, // formats: each can be left out of a build
	{"vault orders", "domain"},
	{"policy", "domain internal/yamlnode"},
	{"explain", "domain"},
	{"internal/domaindoc", "domain"},
	{"internal/docgen", "domain explain policy internal/domaindoc"}, // writes docs/reference from all of them
	{"backfill", "domain eventstore eventstore/follow ledger orders policy vault sms rails projections internal/clock internal/yamlnode"},
	{"api console webhooks", "domain ledger projections projections/* export audit rails vault"},
	{"client", "api/types"},
	{"cmd/* internal/sim", "ANY"},
	{"internal/*", ""},
}

// checkImports keeps the table. Test files may import what they like, a
// conformance suite above all; but the domain's tests need nothing but the domain.
func checkImports(t *Tree) (out []Finding) {
	for _, p := range t.Packages {
		may, known := importsOf(p.Dir)
		if !known {
			out = append(out, Finding{p.Files[0].Name, 1, "package " + p.Dir +
				" is not in the table of internal/lint/imports.go: add what it may import of ours, and why"})
			continue
		}
		for _, f := range p.Files {
			if f.Test() && p.Dir != "domain" {
				continue
			}
			for _, spec := range f.Go.Imports {
				imported, _ := strconv.Unquote(spec.Path.Value)
				dir, ours := t.ours(imported)
				if !ours || dir == p.Dir || mayImport(may, p.Dir, dir) {
					continue
				}
				out = append(out, t.at(spec.Pos(), "%s may not import %s; of ours it may import: %s",
					p.Dir, dir, describe(may)))
			}
		}
	}
	return out
}

func describe(may []string) string {
	if len(may) == 0 {
		return "nothing"
	}
	return strings.Join(may, ", ")
}

func importsOf(dir string) (may []string, known bool) {
	for _, row := range allowed {
		for _, pattern := range strings.Fields(row.packages) {
			if fits(pattern, dir) {
				return strings.Fields(row.may), true
			}
		}
	}
	return nil, false
}

func fits(pattern, dir string) bool {
	parent, below := strings.CutSuffix(pattern, "/*")
	if below {
		return path.Dir(dir) == parent
	}
	return pattern == dir
}

func mayImport(may []string, importer, imported string) bool {
	return slices.ContainsFunc(may, func(pattern string) bool {
		return pattern == "ANY" || pattern == "PARENT" && imported == path.Dir(importer) || fits(pattern, imported)
	})
}
