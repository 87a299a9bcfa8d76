package lint

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	// longFile is where a file is worth a second look, maxFile where it has more
	// than one idea in it.
	longFile = 400
	maxFile  = 500
)

// LongFiles lists Go files that are worth a second look.
func LongFiles(t *Tree) (out []Finding) {
	for _, f := range t.Files {
		n := bytes.Count(f.Text, []byte("\n"))
		if f.Go != nil && n > longFile && !ast.IsGenerated(f.Go) {
			out = append(out, Finding{f.Name, n, "the file is long; look again whether it is one idea"})
		}
	}
	return out
}

func checkLength(t *Tree) (out []Finding) {
	for _, f := range LongFiles(t) {
		if f.Line > maxFile {
			out = append(out, Finding{f.File, f.Line, fmt.Sprintf("the file is over %d lines: it has more than one idea in it, split it", maxFile)})
		}
	}
	return out
}

func checkFormat(t *Tree) (out []Finding) {
	for _, f := range t.Files {
		if f.Go == nil {
			continue
		}
		if want, err := format.Source(f.Text); err == nil && !bytes.Equal(want, f.Text) {
			out = append(out, Finding{f.Name, 1, "run gofmt -w on it"})
		}
	}
	return out
}

// The words are put together here so that this file does not find itself.
var openNote = regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}, "|") + `)\b`)

// checkNotes: what is not done belongs in an issue, where somebody sees it. In Go
// files comments alone count, and test data not at all: one of the words is also
// the currency code for no currency.
func checkNotes(t *Tree) (out []Finding) {
	const what = "open note %s: do it, or file an issue"
	for _, f := range t.Files {
		switch {
		case inTestdata(f.Name):
		case f.Go == nil:
			out = append(out, f.grep(openNote, what)...)
		default:
			for _, group := range f.Go.Comments {
				for _, c := range group.List {
					if hit := openNote.FindString(c.Text); hit != "" {
						out = append(out, t.at(c.Pos(), what, hit))
					}
				}
			}
		}
	}
	return out
}

// traces of the machine that somebody worked on: their home folder, or the host
// that their packages came from.
var traces = regexp.MustCompile(strings.Join([]string{
	`/(home|Users)/[A-Za-z0-9._-]+/`, `(^|[\s"'=:(])/root/`, `[A-Z]:\\Users\\`,
	`\bproxy\.golang\b`, `\bregistry\.npmjs\b`, `\bdeb\.debian\b`, `\bpypi\.org\b`,
}, "|"))

// checkMachine: a clone stands anywhere, so no file may name the place it was
// written at.
func checkMachine(t *Tree) (out []Finding) {
	patterns := []*regexp.Regexp{traces}
	// A checkout right below the root ("/src") has too common a name to look for.
	if root, err := filepath.Abs(t.Root); err == nil && strings.Count(root, string(filepath.Separator)) > 1 {
		patterns = append(patterns, regexp.MustCompile(regexp.QuoteMeta(root)+`\b`))
	}
	for _, f := range t.Files {
		if strings.HasPrefix(f.Name, ownExamples) {
			continue
		}
		for _, r := range patterns {
			out = append(out, f.grep(r, "\"%s\" is a path or a host of some machine: write it so that it holds on any")...)
		}
	}
	return out
}

// ownExamples are files that break rules on purpose.
const ownExamples = "internal/lint/testdata/"

// grep finds a pattern, once per line.
func (f *File) grep(r *regexp.Regexp, what string) (out []Finding) {
	if !r.Match(f.Text) {
		return nil
	}
	n := 0
	for line := range strings.Lines(string(f.Text)) {
		n++
		if hit := r.FindString(strings.TrimRight(line, "\n")); hit != "" {
			out = append(out, Finding{f.Name, n, fmt.Sprintf(what, strings.TrimSpace(hit))})
		}
	}
	return out
}
