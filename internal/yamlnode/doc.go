// Package yamlnode reads YAML that people write by hand, strictly, and says of
// every mistake at which line and column of which file it stands: unknown and
// duplicate keys, values of a wrong kind, aliases, a second document.
//
// It works on nodes and not on Go values, because a Go value has lost its place,
// and because a number must be kept as its digits: 50.00 is not 50.
//
// Nothing here is safe for concurrent use.
package yamlnode
