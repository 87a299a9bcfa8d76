package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

const configurationPage = "../../docs/reference/configuration.md"

// The page on settings is what the program says of them.
func TestConfigurationPage(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "amends", "config", "show", "--reference", "-o", "csv", "--lang", "en")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nowhere"}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var page strings.Builder
	page.WriteString("<!-- Written by AMENDS_UPDATE=1 go test ./cmd/amends -run ConfigurationPage. Change the code, not this page. -->\n\n# Settings\n\n" +
		"A flag counts before the environment, and the environment before the default. `amends config show --source` tells where each value comes\n" +
		"from, `amends config show --check` whether all can be understood. There is no configuration file.\n\n" +
		"| setting | flag | environment | default | what it is for |\n|---|---|---|---|---|\n")
	for _, row := range rows[1:] {
		cell := func(name string) string {
			i, ok := column[name]
			if !ok {
				t.Fatalf("the program has no column %s: %v", name, rows[0])
			}
			return row[i]
		}
		fmt.Fprintf(&page, "| %s | `%s` | `%s` | %s | %s |\n",
			cell("name"), strings.TrimPrefix(cell("flag"), "'"), cell("env"), cell("default"), cell("meaning"))
	}
	if os.Getenv("AMENDS_UPDATE") != "" {
		if err := os.WriteFile(configurationPage, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(configurationPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != page.String() {
		t.Errorf("docs/reference/configuration.md is not what the program says: run AMENDS_UPDATE=1 go test ./cmd/amends -run ConfigurationPage")
	}
}
