package domain

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// Role says as what somebody acts. Permissions and quotas of an agent are in the
// merchant's stream, never in the role.
type Role string

// The roles that a command can be given under.
const (
	RolePlatform  Role = "platform"  // the marketplace that runs the ledger
	RoleOwner     Role = "owner"     // 主賬號: the merchant's main account
	RoleAgent     Role = "agent"     // 子賬號: a sub-account, customer service
	RoleProcessor Role = "processor" // the dispatcher that talks to a rail
	RoleSender    Role = "sender"    // the dispatcher that sends SMS
	RoleClock     Role = "clock"     // expiry and daily statements
	RoleAuditor   Role = "auditor"
)

// Actor is who gave a command. Its text form is "role" or "role/id".
type Actor struct {
	Role Role
	ID   string // the account; empty for the platform's own parts
}

func (a Actor) String() string {
	if a.ID == "" {
		return string(a.Role)
	}
	return string(a.Role) + "/" + a.ID
}

// ParseActor reads what String writes.
func ParseActor(s string) Actor {
	role, id, _ := strings.Cut(s, "/")
	return Actor{Role: Role(role), ID: id}
}

// Meta stamps a command once, at the edge, and then every event it leads to.
type Meta struct {
	// ID names the command for ever: a pure function of merchant and
	// idempotency key. Event n of the command has the id EventID(n), and a
	// payout requested by it has the number PayoutNo(ID).
	ID uuid.UUID
	// Key is the caller's idempotency key, in the scope of the merchant.
	Key string
	// Fingerprint is a keyed hash of the command without its SMS code: the same
	// key with another fingerprint is refused.
	Fingerprint string
	Actor       Actor
	// EffectiveAt is business time: windows, quota days, expiry. It never
	// decreases within a merchant. RecordedAt is the clock when it was stored.
	EffectiveAt, RecordedAt time.Time
	// Zone is the merchant's time zone, resolved by the ledger; nil means UTC.
	// The local day and month that a decision used are written into its event.
	Zone *time.Location
}

// EventID is the id of the command's n-th event (from 0): the command's id with
// n added to its low 64 bits. Events of one command are therefore told by their
// ids, and a retry on any store meets the ids of its first try.
func (m Meta) EventID(n int) uuid.UUID {
	id := m.ID
	for i, carry := 15, uint64(n); i >= 8 && carry > 0; i-- {
		carry += uint64(id[i])
		id[i] = byte(carry)
		carry >>= 8
	}
	return id
}

// Day and Month are the merchant's local calendar at t: "2011-03-27", "2011-03".
func (m Meta) Day(t time.Time) string   { return m.local(t).Format(time.DateOnly) }
func (m Meta) Month(t time.Time) string { return m.local(t).Format("2006-01") }

func (m Meta) local(t time.Time) time.Time {
	if m.Zone == nil {
		return t.UTC()
	}
	return t.In(m.Zone)
}

// crockford is Crockford's base 32: no I, L, O, U, so a number can be read aloud.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// PayoutNo is the payout number (打款單號) of the request with this command id:
// "P" and 20 characters, 100 bits of the id. It is also the reference that every
// rail is given, for every attempt: at most 32 alphanumerics, never a second one.
func PayoutNo(id uuid.UUID) string {
	b := make([]byte, 1, 21)
	b[0] = 'P'
	var acc, bits uint
	for i := 0; len(b) < 21; {
		if bits < 5 {
			acc, bits, i = acc<<8|uint(id[i]), bits+8, i+1
		}
		bits -= 5
		b = append(b, crockford[acc>>bits&31])
	}
	return string(b)
}
