package backfill

import "github.com/amends-ledger/amends/internal/yamlnode"

// Mistakes is the error for input that can't be run, in the plan and in its data
// alike. Nothing was written when it is returned. For a compressed file a place
// means the text in it.
type Mistakes = yamlnode.Mistakes

// Place is where something stands in an input file.
type Place = yamlnode.Place

// text is a scalar of the plan as it stands there, and where.
type text = yamlnode.Text
