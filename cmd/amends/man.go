package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Manual pages are written here and not by cobra/doc, which needs a Markdown
// converter as another module.

func (a *app) manCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "man [VERB…]", Short: "Print the manual page of a verb, or write all into a folder",
		Long: "Print the manual page of a verb, or of amends itself: amends man wallet credit | man -l -\n" +
			"With --dir write all of them into a folder, such as /usr/local/share/man/man1.",
	}
	cmd.Flags().StringVar(&dir, "dir", "", "`folder` to write all pages into")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if dir != "" {
			return writePages(cmd.Root(), dir)
		}
		page, rest, err := cmd.Root().Find(args)
		if err != nil || len(rest) > 0 {
			return usage("amends has no verb %q", strings.Join(args, " "))
		}
		_, err = a.out.Write(manPage(page))
		return err
	}
	return cmd
}

// writePages writes the page of a command and of all below it.
func writePages(cmd *cobra.Command, dir string) error {
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
	if err := os.WriteFile(filepath.Join(dir, name), manPage(cmd), 0o644); err != nil {
		return err
	}
	for _, below := range cmd.Commands() {
		if below.IsAvailableCommand() {
			if err := writePages(below, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// manPage is a page in the man macros of roff (man(7)).
func manPage(cmd *cobra.Command) []byte {
	var b bytes.Buffer
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"amends %s\" \"\"\n", strings.ToUpper(roff(name)), roff(thisVersion().Version))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(name), roff(cmd.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(cmd.UseLine()))
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	fmt.Fprintf(&b, ".SH DESCRIPTION\n.nf\n%s\n.fi\n", roff(long))
	manFlags(&b, "OPTIONS", cmd.NonInheritedFlags())
	manFlags(&b, "GLOBAL OPTIONS", cmd.InheritedFlags())
	var below []*cobra.Command
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			below = append(below, c)
		}
	}
	if len(below) > 0 {
		b.WriteString(".SH VERBS\n")
		for _, c := range below {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(c.Use), roff(c.Short))
		}
	}
	b.WriteString(".SH EXIT STATUS\n")
	for _, e := range exitMeanings {
		fmt.Fprintf(&b, ".TP\n.B %d\n%s\n", e.code, roff(e.meaning))
	}
	return b.Bytes()
}

func manFlags(w io.Writer, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(w, ".SH %s\n", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, meaning := pflag.UnquoteUsage(f)
		names := "--" + f.Name
		if f.Shorthand != "" {
			names = "-" + f.Shorthand + ", " + names
		}
		if value != "" {
			names += " " + strings.ToUpper(value)
		}
		fmt.Fprintf(w, ".TP\n.B %s\n%s\n", roff(names), roff(meaning))
	})
}

// roff keeps text from being read as macros: backslashes, hyphens that are typed,
// and lines that begin like a request.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// exitMeanings are the exit codes for people.
var exitMeanings = []struct {
	code    int
	meaning string
}{
	{exitOK, "done"}, {exitFault, "a fault"}, {exitUsage, "wrong usage, or an input file that can't be read"},
	{exitRefused, "a business rule says no"}, {exitNotFound, "not found"},
	{exitConflict, "in conflict with what is there, or an idempotency key used for something else"}, {exitNotAllowed, "not allowed"},
	{exitUnavailable, "unavailable: it is safe to try again"},
	{exitIntegrity, "what is stored is not what was written, or two books disagree"},
	{exitUnknown, "the outcome is unknown: don't send it again with a new key"},
}
