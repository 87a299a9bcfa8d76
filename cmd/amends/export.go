package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/export"
	"github.com/amends-ledger/amends/vault"
)

// formats are those that --format knows.
var formats = map[string]func(bom bool) export.Format{
	"csv":   export.CSVFormat,
	"jsonl": func(bool) export.Format { return export.JSONLFormat() },
}

func (a *app) exportCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "export", Short: "Records into a file", GroupID: "look", RunE: needsVerb, Args: cobra.ArbitraryArgs}
	var f recordFilter
	var format, file string
	var bom bool
	var after uint64
	payouts := &cobra.Command{
		Use: "payouts", Short: "Write payout records into a file, with a manifest beside it", Args: cobra.NoArgs,
		Long: "Write payout records and refused requests into a file, in the order of the log. FILE.manifest.json\n" +
			"beside it has the filter, the number of rows, their sum, the SHA-256, and the position that the rows\n" +
			"stand at: given as --after to the next export, no change is left out and none is written twice.\n" +
			"With -f - it writes to standard output, without a manifest.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			open, ok := formats[format]
			if !ok {
				return usage("--format %s: this release writes %s", format, strings.Join(slices.Sorted(maps.Keys(formats)), ", "))
			}
			if file == "" {
				return usage("name the file to write with -f FILE")
			}
			filter, err := f.filter(a.merchant)
			if err != nil {
				return err
			}
			filter.After = eventstore.Position(after)
			return a.look(cmd.Context(), func(ctx context.Context, l *looking) error {
				o, failed := a.exportOptions(ctx, l, open(bom))
				var m export.Manifest
				if file == "-" {
					m, err = export.Payouts(ctx, l.db, a.out, filter, o)
				} else {
					m, err = export.PayoutsFile(ctx, l.db, file, filter, o)
				}
				if err = errors.Join(err, *failed); err != nil || file == "-" {
					return err
				}
				return a.exported(file, m)
			})
		},
	}
	f.flags(payouts)
	flags := payouts.Flags()
	flags.StringVarP(&file, "file", "f", "", "the `file` to write, - for standard output")
	flags.StringVar(&format, "format", "csv", "csv or jsonl")
	flags.BoolVar(&bom, "bom", false, "begin CSV with a byte order mark, which some spreadsheets need")
	flags.Uint64Var(&after, "after", 0, "only records that changed behind this `position`")
	cmd.AddCommand(payouts)
	return cmd
}

// exportOptions masks customers. An export can't stop at one that can't be looked
// up; failed keeps why, and the caller must not call it good.
func (a *app) exportOptions(ctx context.Context, l *looking, format export.Format) (o export.Options, failed *error) {
	failed = new(error)
	return export.Options{
		Format: format, Now: time.Now().UTC(),
		Customer: func(pseudonym string) string {
			s, err := l.masked(ctx, vault.Customer, pseudonym)
			if err != nil && *failed == nil {
				*failed = err
			}
			return s
		},
		ReasonLabel: a.words.reason,
	}, failed
}

// exported tells what was written.
func (a *app) exported(file string, m export.Manifest) error {
	if a.format != asTable {
		return a.object(m)
	}
	var sums []string
	for _, currency := range slices.Sorted(maps.Keys(m.Sum)) {
		sums = append(sums, currency+" "+m.Sum[currency])
	}
	a.note("%s", a.words.say("export.done", "rows", number(m.Rows), "sum", strings.Join(sums, ", "), "file", file))
	return nil
}
