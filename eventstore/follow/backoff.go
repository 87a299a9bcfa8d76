package follow

import (
	"hash/fnv"
	"time"
)

// Backoff is the delay before try attempt+1: base, doubled with each attempt up
// to limit, of which a share between half and all is taken. The share depends on
// key and attempt alone, so that much work that failed at the same moment does
// not come back at one, and a simulation repeats exactly.
func Backoff(key string, attempt int, base, limit time.Duration) time.Duration {
	d := limit
	if attempt < 32 && base<<attempt > 0 { // no shift out of the 63 bits
		d = min(base<<attempt, limit)
	}
	h := fnv.New32a()
	h.Write([]byte(key))
	h.Write([]byte{byte(attempt)})
	return d/2 + time.Duration(uint64(d/2)*uint64(h.Sum32()%1_000)/1_000)
}
