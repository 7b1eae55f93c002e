package release_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/release"
)

// quickly is the judge of a soak of minutes.
var quickly = gekko.JudgePolicy{Settling: 2, WarmUp: time.Minute}

// way is how a run is cut off, and who goes on.
type way string

const (
	before  way = "before the call"
	unheard way = "before the answer"
	killed  way = "killed before the answer, elsewhere"
)

func ways() []way { return []way{before, unheard, killed} }

// kinds are the releases that are cut off.
func kinds() map[string]setting {
	bad := always(conduct{errors: 0.3})
	return map[string]setting{
		"good on ALB":         {on: onALB, policy: short, judge: quickly},
		"good on Classic":     {on: onClassic, policy: short, judge: quickly},
		"rejected on ALB":     {on: onALB, policy: short, judge: quickly, fresh: bad},
		"rejected on Classic": {on: onClassic, policy: short, judge: quickly, fresh: from(8*time.Minute, conduct{sick: true})},
	}
}

// TestACutReleaseEndsLikeAnUncutOne cuts a release at each of its writes, in one
// of the ways in turn, the shortest one also at those for its lease; with -deep
// at each of its calls, in every way.
func TestACutReleaseEndsLikeAnUncutOne(t *testing.T) {
	all := 0
	for name, s := range kinds() {
		t.Run(name, func(t *testing.T) {
			cuts := cutEach(t, s, name == "rejected on Classic")
			t.Logf("%d cuts", cuts)
			all += cuts
		})
	}
	t.Logf("%d cuts in all", all)
}

func cutEach(t *testing.T, s setting, terms bool) (cuts int) {
	var want []string
	bubble(t, func(t *testing.T) {
		p := try(t, s)
		p.through(p.process("ann@laptop/1"))
		want = p.settled()
	})
	step := int64(1)
	if raced {
		step = 4
	}
	for n, more := int64(1), true; more && !t.Failed(); n += step {
		for i, w := range ways() {
			if !*deep && n%3 != int64(i) {
				continue
			}
			if more = cutOnce(t, s, n, w, terms, want); more {
				cuts++
			}
		}
	}
	return cuts
}

// cutOnce compares the end of a run that is cut off at its nth call with that of
// an uncut one. It says whether there was such a call.
func cutOnce(t *testing.T, s setting, n int64, w way, terms bool, want []string) (there bool) {
	bubble(t, func(t *testing.T) {
		p := try(t, s)
		if there = p.cutOff(n, w, terms); !there {
			return
		}
		if diff := cmp.Diff(want, p.settled()); diff != "" {
			t.Errorf("the end differs (-uncut +cut):\n%s", diff)
		}
		if n := p.losses(); n > 0 {
			t.Errorf("lost %d requests: %v", n, p.local.Losses())
		}
		if t.Failed() {
			t.Errorf("cut at %d, %s:\n%s", n, w, strings.Join(p.trace, "\n"))
		}
	})
	return there
}

// TestACutDayEndsLikeAnUncutOne cuts a release of the usual policy at all calls
// of each tick that wrote something.
func TestACutDayEndsLikeAnUncutOne(t *testing.T) {
	if !*deep {
		t.Skip("with -deep")
	}
	s, cuts := setting{on: onALB}, 0
	var want []string
	var calls []int64
	bubble(t, func(t *testing.T) {
		p := try(t, s)
		calls, want = p.billed().thatWrote(), p.settled()
	})
	for _, n := range calls {
		for _, w := range ways() {
			if !t.Failed() && cutOnce(t, s, n, w, true, want) {
				cuts++
			}
		}
	}
	t.Logf("%d cuts", cuts)
}

// settled is what remains once instances that are on their way out have gone.
func (p *trial) settled() []string {
	time.Sleep(5 * time.Minute)
	return p.remains()
}

// cutOff cuts a release off at its nth call and lets somebody go on with it. It
// says whether there was such a call.
func (p *trial) cutOff(n int64, w way, terms bool) bool {
	p.t.Helper()
	x := p.process("ann@laptop/1")
	x.wire.cut.Store(&cut{n: n, after: w != before, kill: w == killed, writes: !*deep, terms: terms, end: x.end})
	stop := p.begin()
	defer stop()
	_, err := x.Release(x.ctx, p.request())
	if x.ctx.Err() == nil {
		p.fine(err)
		return false
	}
	p.note("cut off: %v", err)
	p.through(p.process("bob@desk/2"))
	return true
}

// through lets a gekko bring the release to its end.
func (p *trial) through(x *process) {
	p.t.Helper()
	if p.ctx == nil {
		defer p.begin()()
	}
	o, err := x.Release(p.ctx, p.request())
	p.note("%s", ended(o, err))
	p.fine(err)
}

// fine fails the test unless a release was promoted or rejected.
func (p *trial) fine(err error) {
	p.t.Helper()
	if err != nil && !errors.Is(err, release.ErrRejected) {
		p.t.Errorf("it ended with %v", fmt.Errorf("release: %w", err))
	}
}
