package main

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/explain"
)

var placeInWords = regexp.MustCompile(`\{[a-z]+\}`)

// TestLanguagesAgree: no language lacks a text, and each says the same figures.
func TestLanguagesAgree(t *testing.T) {
	for _, l := range explain.Langs() {
		own, ok := languages[string(l)]
		if !ok {
			t.Fatalf("--lang %s has no texts", l)
		}
		for key, text := range languages["en"] {
			if strings.HasPrefix(key, "step.") && l != explain.English {
				continue // package explain has them
			}
			want, got := placeInWords.FindAllString(text, -1), placeInWords.FindAllString(own[key], -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: %s has the places %v, English %v", l, key, got, want)
			}
			if strings.Count(own[key], "[") != strings.Count(own[key], "]") {
				t.Errorf("%s: %s has a bracket that does not close: %s", l, key, own[key])
			}
		}
		for _, set := range []words{hans, hant} {
			for key := range set {
				if _, ok := languages["en"][key]; !ok {
					t.Errorf("%s is in no English", key)
				}
			}
		}
	}
}

// TestOwnTexts: a text that is the English one in another language was forgotten.
func TestOwnTexts(t *testing.T) {
	for _, l := range []explain.Lang{explain.Simplified, explain.Traditional} {
		for key, text := range languages[string(l)] {
			if text == languages["en"][key] && !strings.HasPrefix(key, "who.") {
				t.Errorf("%s: %s is English: %s", l, key, text)
			}
		}
	}
}

// TestRemediesAreCommands: what a refusal tells people to type is understood.
func TestRemediesAreCommands(t *testing.T) {
	lines := explain.Commands()
	if len(lines) < 20 {
		t.Fatalf("%d command lines", len(lines))
	}
	for _, line := range lines {
		a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, env: func(string) string { return "" }}
		root := a.root()
		words := strings.Fields(line)
		if words[0] != "amends" {
			t.Errorf("%s: it does not begin with amends", line)
			continue
		}
		cmd, rest, err := root.Find(words[1:])
		if err != nil || cmd == root || !cmd.Runnable() {
			t.Errorf("%s: there is no such verb: %v", line, err)
			continue
		}
		if err := understood(cmd, rest); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func understood(cmd *cobra.Command, rest []string) error {
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
