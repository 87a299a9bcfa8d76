// Package projections keeps what people query: rows in a database, made from
// the events of the log and from nothing else.
//
// A View is a folder of its own (wallet, quota, records): tables, what each
// event does to their rows, and the queries. A Runner follows the store with one
// subscription, decodes every event once, lets all views apply it, and commits
// the rows together with the position that they stand at, in one transaction.
// That makes an event count exactly once: after a crash anywhere the position
// tells what the rows already hold.
//
// Views are derived. They may be lost or late, never wrong: when the shape of a
// view changes, a new generation of its tables is built from the log, and the
// old one is dropped. Nothing migrates rows.
//
// Rows are written behind: within a batch a row is read once, changed in memory
// by all its events, and written once.
package projections
