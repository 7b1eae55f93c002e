package release_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/local/fault"
	"gekko/release"
)

// short is a policy whose release is over within the hour.
var short = gekko.ReleasePolicy{Soak: 10 * time.Minute, WarmUp: 3 * time.Minute, Ramp: 2 * time.Minute, Kept: time.Minute, Canary: 2, MaxHold: time.Hour}

// hours is a policy with a soak that is long enough for the judge.
var hours = gekko.ReleasePolicy{Soak: 2 * time.Hour}

// scenario is a release that is known to the second.
type scenario struct {
	name string
	setting
	change func(*release.Request)
	ending gekko.Ending // empty: the release was refused
	cause  string
	also   func(*trial, gekko.Outcome) // what must be true besides
}

func TestTracesAreKnownToTheSecond(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			if raced && s.policy.Soak == 0 {
				t.Skip("a day takes long under the race detector")
			}
			cryptotest.SetGlobalRandom(t, 1)
			bubble(t, func(t *testing.T) { s.run(t) })
		})
	}
}

func (s scenario) run(t *testing.T) {
	p := try(t, s.setting)
	before := p.remains()
	q := p.request()
	if s.change != nil {
		s.change(&q)
	}
	o, err := p.release(q)
	golden(t, s.name, p.trace)
	if o.Ending != s.ending || o.Cause != s.cause {
		t.Errorf("ended %+v: %v; want %q %q", o, err, s.ending, s.cause)
	}
	if want := map[gekko.Ending]error{gekko.Rejected: release.ErrRejected, gekko.Dirty: release.ErrDirty}[s.ending]; s.ending != "" && !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
	if n := p.losses(); n > 0 {
		t.Errorf("lost %d requests: %+v", n, p.local.Losses())
	}
	if s.ending == gekko.Rejected {
		if diff := cmp.Diff(before, p.remainsOfFleet()); diff != "" {
			t.Errorf("left over (-before +after):\n%s", diff)
		}
	}
	if s.also != nil {
		s.also(p, o)
	}
}

func scenarios() []scenario {
	harm, wrong := always(conduct{errors: 0.05}), conduct{errors: 0.05}
	return []scenario{
		{name: "good-alb", setting: setting{on: onALB}, ending: gekko.Promoted},
		{name: "good-classic", setting: setting{on: onClassic, policy: hours}, ending: gekko.Promoted},
		{name: "errors", setting: setting{on: onALB, fresh: harm, policy: hours}, ending: gekko.Rejected, cause: "harm"},
		{name: "slow", setting: setting{on: onALB, fresh: always(conduct{errors: usualErrors, slow: 3}), policy: hours}, ending: gekko.Rejected, cause: "harm"},
		{name: "errors-late", setting: setting{on: onALB, fresh: from(20*time.Hour, wrong)}, ending: gekko.Rejected, cause: "harm"},
		{name: "errors-while-warming", setting: setting{on: onALB, fresh: from(150*time.Minute, wrong), policy: hours}, ending: gekko.Rejected, cause: "harm"},
		{name: "crash-on-boot", setting: setting{on: onALB, fresh: always(conduct{crashes: true}), policy: hours}, ending: gekko.Rejected, cause: "launch"},
		{name: "unwell-classic", setting: setting{on: onClassic, fresh: from(time.Hour, conduct{sick: true}), policy: hours}, ending: gekko.Rejected, cause: "harm"},
		{name: "one-bad-host", setting: setting{on: onALB, fresh: badHost(0.3), policy: patient(time.Hour)}, ending: gekko.Rejected, cause: "hold", also: told("alone: a bad host, or a zone's trouble: look there")},
		{name: "one-bad-host-and-a-person", setting: setting{on: onALB, fresh: badHost(0.3), policy: hours, events: []event{{gekko.Soaking, 3 * time.Hour, ask(gekko.Promote)}}}, ending: gekko.Promoted, also: judged("forced")},
		{name: "one-host-fails-everything", setting: setting{on: onALB, fresh: badHost(1), policy: hours}, ending: gekko.Rejected, cause: "harm"},
		{name: "shared-outage", setting: setting{on: onALB, live: outage, fresh: outage, policy: hours}, ending: gekko.Promoted},
		{name: "no-telemetry", setting: setting{on: onALB, policy: hours, events: []event{
			{"", time.Hour, fails(fault.Faults{LateMetrics: 24 * time.Hour})}, {"", 3 * time.Hour, fails(fault.Faults{})},
		}}, ending: gekko.Promoted},
		{name: "no-traffic", setting: setting{on: onALB, rate: func(time.Time) float64 { return 0 }, policy: patient(time.Hour)}, ending: gekko.Rejected, cause: "hold"},
		{name: "little-traffic", setting: setting{on: onALB, rate: func(time.Time) float64 { return 0.5 }, policy: hours}, ending: gekko.Promoted, also: unseen},
		{name: "no-room-in-one-zone", setting: setting{on: onALB, policy: hours, events: []event{
			{gekko.Soaking, time.Hour, fails(fault.Faults{NoCapacity: []string{"us-east-1a"}})}, {gekko.Promoting, 40 * time.Minute, fails(fault.Faults{})},
		}}, ending: gekko.Promoted},
		{name: "no-room-at-promotion", setting: setting{on: onALB, policy: patient(time.Hour), events: []event{
			{gekko.Soaking, time.Hour, fails(fault.Faults{NoCapacity: []string{"t3.micro"}})},
		}}, ending: gekko.Rejected, cause: "hold"},
		{name: "quota-exceeded", setting: setting{on: onALB, policy: patient(time.Hour), prepare: fails(fault.Faults{Quota: 4})}, ending: gekko.Rejected, cause: "hold"},
		{name: "image-gone", setting: setting{on: onALB, policy: hours, events: []event{{gekko.Soaking, time.Hour, (*trial).loseImage}}}, ending: gekko.Rejected, cause: "launch"},
		{name: "deaths", setting: setting{on: onALB, policy: hours, events: append(eachPhase(func(p *trial) { p.kill(first) }, nil),
			event{gekko.Soaking, 80 * time.Minute, func(p *trial) { p.kill(second) }},
			event{gekko.Promoting, 20 * time.Second, func(p *trial) { p.kill(second) }},
			event{gekko.Warming, 10 * time.Minute, func(p *trial) { p.kill(second) }},
		)}, ending: gekko.Promoted},
		{name: "scale-out", setting: setting{on: onALB, policy: hours, events: eachPhase(scaled(first, 1), scaled(second, 1))}, ending: gekko.Promoted},
		{name: "scale-in", setting: setting{on: onALB, size: size(2, 12, 6), policy: hours, events: eachPhase(scaled(first, -1), scaled(second, -1))}, ending: gekko.Promoted},
		{name: "by-hand", setting: setting{on: onALB, policy: hours, events: []event{
			{gekko.Soaking, 20 * time.Minute, func(p *trial) { p.resize(first, size(1, 8, 2)) }},
			{gekko.Soaking, 40 * time.Minute, func(p *trial) { p.resize(second, size(0, 9, 5)) }},
			{gekko.Warming, 5 * time.Minute, func(p *trial) { p.resize(first, size(1, 8, 1)) }},
			{gekko.Warming, 15 * time.Minute, func(p *trial) { p.resize(second, size(2, 9, 2)) }},
		}}, ending: gekko.Promoted},
		{name: "forced", setting: setting{on: onALB, events: []event{{"", time.Hour, ask(gekko.Promote)}}}, ending: gekko.Promoted, also: judged("forced")},
		{name: "aborted-in-the-soak", setting: setting{on: onALB, events: []event{{"", time.Hour, ask(gekko.Abort)}}}, ending: gekko.Rejected, cause: "abort"},
		{name: "aborted-while-warming", setting: setting{on: onALB, policy: hours, events: []event{{gekko.Warming, 10 * time.Minute, ask(gekko.Abort)}}}, ending: gekko.Rejected, cause: "abort"},
		{name: "paused-across-the-soak-s-end", setting: setting{on: onALB, policy: hours, events: []event{{"", time.Hour, ask(gekko.Pause)}, {"", 3 * time.Hour, ask(gekko.Resume)}}}, ending: gekko.Promoted},
		{name: "breaks-while-the-old-group-goes", setting: setting{
			on: onALB, policy: hours, fresh: breaking, breaksAt: "DetachLoadBalancerTargetGroups", prepare: protected, targetless: true,
		}, ending: gekko.Dirty, cause: "collapse"},
		{name: "breaks-once-the-old-group-is-gone", setting: setting{
			on: onClassic, policy: hours, fresh: breaking, breaksAt: "DetachLoadBalancers", targetless: true,
		}, ending: gekko.Dirty, cause: "collapse"},
		{name: "adopted", setting: setting{on: onALB, policy: hours, prepare: (*trial).adopt}, ending: gekko.Promoted},
		{name: "rolled-back", setting: setting{on: onALB, policy: short, judge: quickly, prepare: (*trial).promoted}, change: back, ending: gekko.Promoted},
		{name: "first", setting: setting{on: onALB, bare: true, targetless: true}, change: func(q *release.Request) { q.Size = size(2, 4, 3) }, ending: gekko.Promoted},
	}
}

// promoted lets the second version take over, so that there is something to go
// back from.
func (p *trial) promoted() {
	p.through(p.process("ann@laptop/0"))
	p.ctx, p.trace = nil, nil
	// Whether its policy grew it in the last minute is not what is looked at here.
	p.check(p.cloud.Resize(p.t.Context(), gekko.GroupName(second), size(3, 8, 3)))
	time.Sleep(20 * time.Minute)
}

// back asks for the version before.
func back(q *release.Request) {
	q.Snapshot, q.Back, q.Policy = first, true, gekko.ReleasePolicy{}
}

// patient is a policy that holds no longer than hold.
func patient(hold time.Duration) gekko.ReleasePolicy {
	p := hours
	p.MaxHold = hold
	return p
}

// badHost is a version with one host that answers that part with errors.
func badHost(errors float64) version {
	return func(h *host, since time.Duration) conduct {
		if h.number == 0 {
			return conduct{errors: errors}
		}
		return good(h, since)
	}
}

// outage is a version that fails for half an hour, as its database would.
func outage(h *host, since time.Duration) conduct {
	if since > time.Hour && since < 90*time.Minute {
		return conduct{errors: 0.3}
	}
	return good(h, since)
}

// fails lets the cloud fail from then on.
func fails(f fault.Faults) func(*trial) {
	return func(p *trial) { p.local.Fail(f) }
}

// eachPhase lets something happen to the live group early in each phase, and to
// the new one a little later.
func eachPhase(live, fresh func(*trial)) (all []event) {
	for _, phase := range []gekko.Phase{gekko.Launching, gekko.Ramping, gekko.Soaking, gekko.Promoting, gekko.Warming, gekko.Retiring} {
		all = append(all, event{phase, 15 * time.Second, live})
		if fresh != nil {
			all = append(all, event{phase, 75 * time.Second, fresh})
		}
	}
	return all
}

func scaled(group gekko.SnapshotName, change int) func(*trial) {
	return func(p *trial) { p.want(group, change) }
}

// told checks that a warning was given.
func told(words string) func(*trial, gekko.Outcome) {
	return func(p *trial, _ gekko.Outcome) {
		if !slices.ContainsFunc(p.warns, func(w string) bool { return strings.Contains(w, words) }) {
			p.t.Errorf("told %q, want %q", p.warns, words)
		}
	}
}

// unseen checks that a promotion without enough evidence says what it leaves open.
func unseen(p *trial, o gekko.Outcome) {
	if o.Judged != "unseen" || !regexp.MustCompile(`^would have seen \d+(\.\d+)? times the old version's rate$`).MatchString(o.Grounds) {
		p.t.Errorf("judged %q, grounds %q", o.Judged, o.Grounds)
	}
}

// judged checks what a release was promoted on.
func judged(on string) func(*trial, gekko.Outcome) {
	return func(p *trial, o gekko.Outcome) {
		if o.Judged != on {
			p.t.Errorf("judged %q, want %q", o.Judged, on)
		}
	}
}
