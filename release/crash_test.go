package release_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
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
		// One breaks while the old group is out of the balancer but there, the other once it is gone.
		"dirty on ALB":     {on: onALB, policy: short, judge: quickly, fresh: breaking, breaksAt: "DetachLoadBalancerTargetGroups", prepare: protected, targetless: true},
		"dirty on Classic": {on: onClassic, policy: short, judge: quickly, fresh: breaking, breaksAt: "DetachLoadBalancers", targetless: true},
	}
}

// TestACutReleaseEndsLikeAnUncutOne cuts a release at each of its writes, in one
// of the ways in turn, the shortest one also at those for its lease; with -deep
// at each of its calls, in every way.
func TestACutReleaseEndsLikeAnUncutOne(t *testing.T) {
	for name, s := range kinds() {
		t.Run(name, func(t *testing.T) {
			b, want := uncut(t, s, shift{})
			kind := cut{writes: !*deep, terms: name == "rejected on Classic"}
			var numbers []int64
			for i, c := range b.calls {
				if kind.counts(c.op) && (!raced || i%4 == 0) {
					numbers = append(numbers, int64(i+1))
				}
			}
			cutAll(t, s, shift{}, numbers, want)
		})
	}
}

// TestACutDayEndsLikeAnUncutOne cuts a release of the usual policy at all calls
// of each tick that wrote something. Through most of the soak, in which nothing
// is due, nobody looks at it, which is no other than if it were looked at.
func TestACutDayEndsLikeAnUncutOne(t *testing.T) {
	if !*deep {
		t.Skip("with -deep")
	}
	s, away := setting{on: onALB}, shift{time.Hour + 30*time.Second, 23*time.Hour + 50*time.Minute}
	_, whole := uncut(t, s, shift{})
	b, want := uncut(t, s, away)
	if diff := cmp.Diff(whole, want); diff != "" {
		t.Fatalf("it matters that nobody looked (-looked at +not):\n%s", diff)
	}
	cutAll(t, s, away, b.thatWrote(), want)
}

// shift is a part of a release's time.
type shift struct{ from, to time.Duration }

// uncut is a release that nobody cuts off: its calls and its end.
func uncut(t *testing.T, s setting, away shift) (b *bill, end []string) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		p := try(t, s)
		b = &bill{p: p}
		p.shifts(away, nil, b.called)
		end = p.settled()
	})
	return b, end
}

// cutAll cuts a release off at each of some calls, several at a time. With -deep
// it does so in every way, else in one of them in turn.
func cutAll(t *testing.T, s setting, away shift, numbers []int64, want []string) {
	t.Helper()
	cuts := 0
	for i, n := range numbers {
		for j, w := range ways() {
			if !*deep && i%3 != j {
				continue
			}
			cuts++
			t.Run(fmt.Sprintf("%d %s", n, w), func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) { try(t, s).cutOff(n, w, away, want) })
			})
		}
	}
	t.Logf("%d cuts", cuts)
}

// settled is what remains once instances that are on their way out have gone.
func (p *trial) settled() []string {
	time.Sleep(5 * time.Minute)
	return p.remains()
}

// cutOff cuts a release off at its nth call, lets somebody go on with it, and
// compares the end with that of an uncut one.
func (p *trial) cutOff(n int64, w way, away shift, want []string) {
	p.t.Helper()
	c := &cut{n: n, after: w != before, kill: w == killed}
	p.shifts(away, c, nil)
	if atomic.LoadInt64(&c.n) > 0 {
		p.t.Errorf("there was no call %d", n)
	}
	if diff := cmp.Diff(want, p.settled()); diff != "" {
		p.t.Errorf("the end differs (-uncut +cut):\n%s", diff)
	}
	if n := p.losses(); n > 0 {
		p.t.Errorf("lost %d requests: %v", n, p.local.Losses())
	}
	if p.t.Failed() {
		p.t.Logf("cut at %d, %s:\n%s", n, w, strings.Join(p.trace, "\n"))
	}
}

// shifts carries a release out, by one gekko after the other: the next one goes
// on when one was cut off, or was away.
func (p *trial) shifts(away shift, c *cut, called func(op string)) {
	p.t.Helper()
	defer p.begin()()
	for i := 1; ; i++ {
		x := p.process(fmt.Sprintf("ann@laptop/%d", i))
		if c != nil {
			c.end = x.end
			x.wire.cut.Store(c)
		}
		x.wire.called = called
		if left := time.Until(p.begun.Add(away.from)); left > 0 {
			time.AfterFunc(left, x.end)
		}
		o, err := x.Release(x.ctx, p.request())
		if x.ctx.Err() == nil {
			p.note("%s", ended(o, err))
			p.fine(err)
			return
		}
		p.note("cut off: %v", err)
		if since := time.Since(p.begun); since >= away.from && since < away.to {
			time.Sleep(away.to - since)
		}
	}
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

// fine fails the test unless a release ended as it may.
func (p *trial) fine(err error) {
	p.t.Helper()
	if p.breaksAt != "" && errors.Is(err, release.ErrDirty) {
		return
	}
	if err != nil && !errors.Is(err, release.ErrRejected) {
		p.t.Errorf("it ended with %v", fmt.Errorf("release: %w", err))
	}
}
