package lint

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHouseRules holds the project to its rules.
func TestHouseRules(t *testing.T) {
	tree, err := Load("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Packages) < 10 {
		t.Fatalf("only %d packages found: the test does not look at the project", len(tree.Packages))
	}
	for name, check := range Checks {
		t.Run(name, func(t *testing.T) {
			for _, f := range check(tree) {
				t.Error(f)
			}
		})
	}
	for _, f := range LongFiles(tree) {
		t.Logf("%s has %d lines: %s", f.File, f.Line, f.What)
	}
}

// unpack writes the files of an archive (text, then "-- NAME --" before each file)
// into root, and returns the lines before the first.
func unpack(t *testing.T, name, root string) (comment []string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var file *os.File
	for line := range strings.Lines(string(text)) {
		inner, opens := strings.CutPrefix(line, "-- ")
		inner, closes := strings.CutSuffix(strings.TrimSpace(inner), " --")
		switch {
		case opens && closes:
			at := filepath.Join(root, inner)
			if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
				t.Fatal(err)
			}
			if file, err = os.Create(at); err != nil {
				t.Fatal(err)
			}
			defer file.Close()
		case file == nil:
			comment = append(comment, strings.TrimSpace(line))
		default:
			if _, err := file.WriteString(line); err != nil {
				t.Fatal(err)
			}
		}
	}
	slices.Sort(comment)
	return slices.DeleteFunc(comment, func(line string) bool { return line == "" })
}

// TestRulesBite runs every rule on a small project that breaks it. Each archive in
// testdata is such a project; the text before its first file lists exactly what
// must be found.
func TestRulesBite(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	bitten := map[string]bool{"parse": true} // shown by broken.txtar, whatever its message
	for _, name := range archives {
		rule := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(name), ".txtar"), "_", " ")
		t.Run(rule, func(t *testing.T) {
			check, ok := Checks[rule]
			if !ok {
				t.Fatalf("%s is called after no rule", name)
			}
			bitten[rule] = true
			root := t.TempDir()
			want := unpack(t, name, root)
			tree, err := Load(root)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range check(tree) {
				got = append(got, f.String())
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
	for rule := range Checks {
		if !bitten[rule] {
			t.Errorf("no example in testdata shows that the rule %q bites", rule)
		}
	}
}

func TestBrokenFileIsAFinding(t *testing.T) {
	tree := small(t, map[string]string{"a.go": "package\n"})
	if found := Checks["parse"](tree); len(found) != 1 || found[0].File != "a.go" {
		t.Errorf("found %v, want a.go", found)
	}
}

// These lines can't stand in testdata, since there they would be what they warn of.
func TestTracesOfThisMachineAreFound(t *testing.T) {
	for name, line := range map[string]string{
		"this checkout": "",
		"module host":   "proxy" + ".golang.org",
		"package host":  "registry" + ".npmjs.org",
	} {
		t.Run(name, func(t *testing.T) {
			tree := small(t, nil)
			if line == "" {
				line = tree.Root
			}
			readme := &File{Name: "README.md", Text: []byte("fetched\nfrom " + line + "/x\n")}
			tree.Files = append(tree.Files, readme)
			if found := checkMachine(tree); len(found) != 1 || found[0].File != "README.md" || found[0].Line != 2 {
				t.Errorf("found %v, want README.md:2", found)
			}
		})
	}
}

// small loads a project with these files and a go.mod.
func small(t *testing.T, files map[string]string) *Tree {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/m\n")
	for name, text := range files {
		write(name, text)
	}
	tree, err := Load(root)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
