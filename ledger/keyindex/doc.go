// Package keyindex remembers for ever under which revision a command's first
// event is in its stream. The ledger asks it about every command before it
// decides: a known id gets its stored answer, a new one costs no read.
//
// The index is derived from the log and can be deleted at any time. It never
// answers wrongly: what can't be read whole is thrown away at Open together with
// everything later, and Position tells from where the log has to be read again.
//
// # Shape
//
// New keys go to a map in memory. When it is full it is sealed and written as a
// run: an immutable sorted file with a Bloom filter in memory. Runs are merged so
// that each is more than mergeRatio times all later ones together: about
// log3(keys / MemEntries) of them.
//
// # Files
//
// keys-FIRST-LAST.run holds what the flushes FIRST to LAST wrote; a fresh flush
// has FIRST = LAST. All numbers are little-endian. The file is a header block
// and then data blocks, blockSize bytes each; every block ends with a CRC-32C.
//
//	header   0  8  magic "AMKEYS" and the version, 1, as uint16
//	         8  8  FIRST
//	        16  8  LAST
//	        24  8  position before: what the runs before this one cover
//	        32  8  position: every key of an event at or below is in this run or before
//	        40  8  number of entries
//	        48     zeros
//	      4092  4  CRC of bytes 0-4091
//
//	data     0     up to 170 entries, ascending by id: 16 bytes id, 8 bytes revision
//	      4080  2  number of entries in this block; all blocks but the last are full
//	      4082     zeros
//	      4092  4  CRC of FIRST, LAST, the block's number (from 1; 8 bytes each)
//	               and bytes 0-4091: a block that stands in the wrong place is bad
//
// # What a crash means
//
// A run is written under a temporary name, synced, renamed, and its directory
// synced, before Position moves. A crash before that leaves a .tmp file, which
// Open removes, and the log is read again from the old position. The inputs of a
// merge are removed after the merged run is durable; Open prefers the longest run
// and removes what it covers. Runs must follow each other without a gap, each
// starting at the position where the one before ends, so that a missing file is
// noticed: the runs before it are kept, those after it are dropped.
package keyindex
