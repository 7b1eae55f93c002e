package release_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

const third gekko.SnapshotName = "hello-20260103-000000"

// TestTwoGekkosNeverMakeTwoReleases starts two of them at about the same time,
// each of whose calls takes a while that chance gives. One of them may be killed.
func TestTwoGekkosNeverMakeTwoReleases(t *testing.T) {
	n := min(*seeds/8, 400)
	for seed := uint64(1); seed <= uint64(n); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				s := setting{on: onALB, policy: short, judge: quickly}
				if seed%2 == 0 {
					s.on = onClassic
				}
				p := try(t, s)
				p.bake(third, good)
				p.together(seed)
				if t.Failed() {
					t.Logf("seed %d:\n%s", seed, strings.Join(p.trace, "\n"))
				}
			})
		})
	}
	t.Logf("%d interleavings", n)
}

// together lets two gekkos go, of which a third goes on if one is killed.
func (p *trial) together(seed uint64) {
	p.t.Helper()
	r := rand.New(rand.NewPCG(seed, 4))
	defer p.begin()()
	var errs [2]error
	var outcomes [2]gekko.Outcome
	var both sync.WaitGroup
	for i := range 2 {
		x := p.process(fmt.Sprintf("ann@laptop/%d", i+1))
		x.wire.chance = &chance{slow: 3 * time.Second, random: rand.New(rand.NewPCG(seed, uint64(5+i))), known: map[string]remembered{}}
		x.wire.wrote = p.countReleases
		q := p.request()
		if r.IntN(2) == 0 {
			q.Snapshot = []gekko.SnapshotName{second, third}[i]
		}
		wait, ends := time.Duration(r.IntN(20_000))*time.Millisecond, time.Duration(r.IntN(60))*10*time.Second
		if i == 0 && r.IntN(2) == 0 {
			p.things.Go(func() { time.Sleep(wait + ends); x.wire.dead.Store(true); x.end() })
		}
		both.Go(func() {
			time.Sleep(wait)
			outcomes[i], errs[i] = x.Release(x.ctx, q)
			p.note("%s: %s", x.Holder, ended(outcomes[i], errs[i]))
		})
	}
	both.Wait()
	if outcomes[0].Ending == "" && outcomes[1].Ending == "" {
		p.finish()
		return
	}
	for i, o := range outcomes {
		if o.Ending != gekko.Promoted && !errors.Is(errs[i], gekko.ErrConflict) && !strings.Contains(fmt.Sprint(errs[i]), "cut off") {
			p.t.Errorf("%d: %v", i+1, errs[i])
		}
	}
	if n := len(p.fleet().Groups); n != 1 {
		p.t.Errorf("%d groups are left", n)
	}
}

// finish goes on with the release that is under way, if there is one.
func (p *trial) finish() {
	p.t.Helper()
	for _, g := range p.fleet().Groups {
		if g.Release.UnderWay() {
			x := p.process("bob@desk/3")
			q := p.request()
			q.Snapshot = g.Snapshot
			o, err := x.Release(p.ctx, q)
			p.note("%s", ended(o, err))
			p.fine(err)
		}
	}
}

// countReleases fails the test if there are two.
func (p *trial) countReleases(op string) {
	var all []string
	for _, g := range p.rawGroups() {
		if phase := phaseOf(g); phase != "" {
			all = append(all, fmt.Sprintf("%s %s", *g.AutoScalingGroupName, phase))
		}
	}
	if len(all) > 1 {
		p.t.Errorf("after %s there are two releases: %v", op, all)
	}
}

// TestALateWriteOfAStaleHolderDoesNoHarm lets a write of a gekko that is no more
// arrive after its lease has ended, while another one goes on.
func TestALateWriteOfAStaleHolderDoesNoHarm(t *testing.T) {
	step := int64(5)
	switch {
	case *deep:
		step = 1
	case raced:
		step = 15
	}
	for name, s := range kinds() {
		t.Run(name, func(t *testing.T) {
			b, want := uncut(t, s, shift{})
			late := int64(0)
			for n := int64(1); n <= b.writes(); n += step {
				late++
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					t.Parallel()
					bubble(t, func(t *testing.T) { try(t, s).lateAt(n, want) })
				})
			}
			t.Logf("%d late writes", late)
		})
	}
}

// lateAt lets the nth write arrive late.
func (p *trial) lateAt(n int64, want []string) {
	p.t.Helper()
	x := p.process("ann@laptop/1")
	late := 6*time.Minute + time.Duration(n*37%240)*time.Second
	x.wire.cut.Store(&cut{n: n, writes: true, kill: true, stall: late, end: x.end})
	defer p.begin()()
	if _, err := x.Release(x.ctx, p.request()); x.ctx.Err() == nil {
		p.t.Errorf("there was no write %d: %v", n, err)
		return
	}
	p.note("killed; its write is %v late", late)
	y := p.process("bob@desk/2")
	o, err := y.Release(p.ctx, p.request())
	p.note("%s", ended(o, err))
	p.fine(err)
	x.wire.late.Wait()
	if p.breaksAt != "" {
		// What the write brought back of a release that had ended is for the next look.
		_, err := p.process("eve@desk/3").Once(p.ctx, p.request())
		p.fine(err)
	}
	if diff := cmp.Diff(want, p.settled()); diff != "" {
		p.t.Errorf("the end differs (-on time +late):\n%s", diff)
	}
	if n := p.losses(); n > 0 {
		p.t.Errorf("lost %d requests: %v", n, p.local.Losses())
	}
	if p.t.Failed() {
		p.t.Logf("late at %d:\n%s", n, strings.Join(p.trace, "\n"))
	}
}
