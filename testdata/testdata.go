// Package testdata carries the data of the demo in the program itself, so that
// "amends demo" runs anywhere. NOTICE.md says where they come from.
package testdata

import "embed"

// DemoPlan is the plan that the demo runs, a name in Demo.
const DemoPlan = "plans/retail-d.yaml"

// Demo has DemoPlan and the files that it names.
//
//go:embed plans/retail-d.yaml online-retail/orders.csv.gz online-retail/compensations.csv.gz NOTICE.md
var Demo embed.FS
