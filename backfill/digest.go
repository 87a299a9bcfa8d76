package backfill

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"time"
)

// Digest stands for everything that a run sends. Two runs with the same digest
// are one run that was repeated, and all idempotency keys derive from it; the
// names of files, comments and compression are not in it.
type Digest [sha256.Size]byte

// digestVersion changes whenever the same input would be sent as other commands.
const digestVersion = "amends backfill 1"

// short is enough of a digest to keep plans apart that anybody ever writes.
func (d Digest) short() string { return hex.EncodeToString(d[:16]) }

// Policy is the name that the plan's policy is published under.
func (d Digest) Policy() string { return "backfill-" + hex.EncodeToString(d[:6]) }

// key is the idempotency key of one command of the run, in its merchant's scope.
func (d Digest) key(what string) string { return "backfill/" + d.short() + "/" + what }

func (d Digest) rowKey(row int) string { return d.key("row/" + strconv.Itoa(row)) }

func digest(in *Input) Digest {
	policy, err := json.Marshal(in.Policy)
	if err != nil {
		panic(fmt.Sprintf("backfill: a policy that was read does not encode: %v", err))
	}
	quota, err := json.Marshal(in.Quota)
	if err != nil {
		panic(fmt.Sprintf("backfill: a quota that was read does not encode: %v", err))
	}
	h := &hasher{Hash: sha256.New()}
	h.text(digestVersion, in.Zone, string(in.Currency), string(policy), string(quota), strconv.FormatBool(in.OwnerOnly))
	h.number(in.Exemption.Minor, in.Initial.Minor, in.TopUp.Minor, int64(len(in.TopUps)))
	for _, t := range in.TopUps {
		h.text(t.Month)
		h.time(t.At)
	}
	h.time(in.Start)
	h.number(int64(len(in.Merchants)))
	h.text(in.Merchants...)
	h.number(int64(len(in.Rows)))
	for i := range in.Rows {
		r := &in.Rows[i]
		h.text(r.ID, r.Merchant, r.Agent, r.Order, r.Customer, r.Reason, r.Month)
		h.number(r.Money.Minor)
		h.time(r.At)
	}
	orders := make([]string, 0, len(in.Orders))
	for no := range in.Orders {
		orders = append(orders, no)
	}
	slices.Sort(orders)
	h.number(int64(len(orders)))
	for _, no := range orders {
		o := in.Orders[no]
		h.text(no, o.Customer)
		h.number(o.Total.Minor)
		h.time(o.PlacedAt)
	}
	return Digest(h.Sum(nil))
}

// hasher writes values so that no two sequences of them look alike.
type hasher struct {
	hash.Hash
	b []byte
}

func (h *hasher) text(all ...string) {
	for _, s := range all {
		h.b = append(binary.AppendUvarint(h.b[:0], uint64(len(s))), s...)
		h.Write(h.b)
	}
}

func (h *hasher) number(all ...int64) {
	for _, n := range all {
		h.b = binary.AppendVarint(h.b[:0], n)
		h.Write(h.b)
	}
}

func (h *hasher) time(t time.Time) {
	h.number(t.Unix(), int64(t.Nanosecond()))
}
