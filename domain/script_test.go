package domain

import (
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// TestScripts runs testdata/scripts/*.txt: given, when, then, as data.
//
// A directive is a command by its name, with its fields as arguments, for
// instance
//
//	RequestPayout id=p1 by=agent/amy money=12.30 order_no=O1 total=100.00 customer=c1
//	----
//	PayoutRequested payout_no=p1 ...
//
// id names the command, and the payout that it requests; by is who gives it; in
// is how much later than the one before it is given, and at when; dry does not
// apply the answer. A refusal shows each failing rule on a line of its own.
//
// setup starts a script (see script.setup), clock moves time and show prints a
// part of the state.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, filepath.Join("testdata", "scripts"), func(t *testing.T, path string) {
		s := &script{world: newWorld(t)}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			s.t = t
			return s.run(d)
		})
		s.t = t
		s.recallAll()
	})
}

type script struct {
	*world
	names []string // of commands, longest first
}

func (s *script) run(d *datadriven.TestData) string {
	args := arguments{t: s.t, pos: d.Pos, values: map[string]string{}}
	for _, a := range d.CmdArgs {
		args.values[a.Key] = strings.Join(a.Vals, ",")
	}
	switch d.Cmd {
	case "setup":
		s.recallAll()
		s.world = newWorld(s.t)
		s.setup(d)
		return ""
	case "clock":
		s.clock(&args)
		args.done()
		return s.now.In(s.zone).Format(time.RFC3339) + "\n"
	case "show":
		out := s.show(&args)
		args.done()
		return out
	}
	return s.command(d.Cmd, &args)
}

// commandTypes are all commands, by the name that a script calls them.
var commandTypes = func() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for _, c := range allCommands {
		types[CommandName(c)] = reflect.TypeOf(c)
	}
	return types
}()

var allCommands = []Command{
	RegisterMerchant{}, UpdateMerchantProfile{}, InviteMerchant{}, PublishPolicy{},
	OpenService{}, SuspendService{}, ResumeService{}, CloseService{},
	AddAgent{}, GrantPermissions{}, RemoveAgent{}, ChangePhone{},
	SetQuota{}, EnableQuota{}, DisableQuota{}, RemoveQuota{}, SetSMSExemption{},
	CreditWallet{}, DebitWallet{}, RecordArrears{}, ClearArrears{},
	RequestPayout{}, ConfirmSMS{}, CompareSMS{}, ResendSMS{},
	RecordSMSSent{}, RecordSMSFailed{}, CountPhoneSend{},
	ApprovePayout{}, RejectPayout{}, CancelPayout{}, ExpirePayout{},
	SubmitPayout{}, RecordPaid{}, RecordFailed{}, RecordUnknown{}, RecordReturned{},
	ObserveRefund{}, OpenDispute{}, ResolveDispute{},
	RaiseFinding{}, CloseFinding{}, RevealPersonalData{}, ErasePersonalData{},
}

// defaultActor is who gives a command if the script does not say.
func defaultActor(c Command) Actor {
	switch c.(type) {
	case RegisterMerchant, UpdateMerchantProfile, InviteMerchant, PublishPolicy,
		CreditWallet, DebitWallet, RecordArrears, ClearArrears, ObserveRefund:
		return byPlatform
	case SubmitPayout, RecordPaid, RecordFailed, RecordUnknown, RecordReturned:
		return byProcessor
	case RecordSMSSent, RecordSMSFailed, CountPhoneSend:
		return bySender
	case ExpirePayout:
		return byClock
	case RaiseFinding, CloseFinding, RevealPersonalData, ErasePersonalData:
		return byAuditor
	}
	return byOwner
}

// command gives one command and prints its answer.
func (s *script) command(name string, args *arguments) string {
	typ, ok := commandTypes[name]
	if !ok {
		s.t.Fatalf("%s: no command %s", args.pos, name)
	}
	s.clock(args)
	id := args.take("id", "")
	if id == "" {
		id = s.nextName()
	}
	s.name(id)
	by := args.take("by", "")
	dry := args.flag("dry")
	c := s.build(typ, args)
	args.done()
	actor := defaultActor(c)
	if by != "" {
		actor = ParseActor(by)
	}
	var events []Event
	var err error
	if dry {
		events, _, err = s.decide(s.stream(c), c, s.meta(actor, id))
	} else {
		events, err = s.try(c, actor, id)
	}
	if err != nil {
		return "invalid: " + s.called(err.Error()) + "\n"
	}
	if len(events) == 0 {
		return "nothing to add\n"
	}
	var b strings.Builder
	for _, e := range events {
		b.WriteString(s.render(e))
	}
	return b.String()
}

// name makes a payout number that the script may write as the command's id.
func (s *script) name(id string) {
	if !slices.Contains(s.names, id) {
		s.names = append(s.names, id)
		slices.SortFunc(s.names, func(a, b string) int { return len(b) - len(a) })
	}
}

// called writes payout numbers as the ids of their commands.
func (s *script) called(text string) string {
	for _, id := range s.names {
		text = strings.ReplaceAll(text, PayoutNo(commandID(id)), id)
	}
	return text
}

// number is the reverse of called: p1, p1-2 and p1-D1 begin with a command's id.
func (s *script) number(text string) string {
	id, rest, _ := strings.Cut(text, "-")
	s.name(id)
	if rest != "" {
		rest = "-" + rest
	}
	return PayoutNo(commandID(id)) + rest
}

func (s *script) clock(args *arguments) {
	if at := args.take("at", ""); at != "" {
		t, err := time.ParseInLocation("2006-01-02T15:04:05", at, s.zone)
		if err != nil {
			t, err = time.Parse(time.RFC3339, at)
		}
		if err != nil {
			s.t.Fatalf("%s: %v", args.pos, err)
		}
		s.now = t
	}
	if in := args.take("in", ""); in != "" {
		days, rest := time.Duration(0), in
		if n, after, ok := strings.Cut(in, "d"); ok {
			count, err := strconv.Atoi(n)
			if err != nil {
				s.t.Fatalf("%s: %v", args.pos, err)
			}
			days, rest = time.Duration(count)*day24, after
		}
		if rest != "" {
			d, err := time.ParseDuration(rest)
			if err != nil {
				s.t.Fatalf("%s: %v", args.pos, err)
			}
			days += d
		}
		s.now = s.now.Add(days)
	}
}
