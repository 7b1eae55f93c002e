package release_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"gekko"
	"gekko/local/fault"
	"gekko/release"
)

var (
	seeds   = flag.Int("seeds", usualSeeds(), "how many worlds full of faults to try")
	oneSeed = flag.Uint64("seed", 0, "the one world full of faults to try; 0: many")
)

func usualSeeds() int {
	if raced {
		return 20
	}
	return 200
}

// TestFaultsKeepNoPromiseFromBeingKept lets a release run while calls are
// throttled, fail, lose their answers and tell what was true up to half a minute
// ago, while instances boot slowly, cannot be launched, or die.
func TestFaultsKeepNoPromiseFromBeingKept(t *testing.T) {
	ended, looks := map[gekko.Ending]int{}, 0
	from, to := uint64(1), uint64(*seeds)
	if *oneSeed > 0 {
		from, to = *oneSeed, *oneSeed
	}
	for seed := from; seed <= to && !t.Failed(); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			cryptotest.SetGlobalRandom(t, seed)
			bubble(t, func(t *testing.T) {
				p := try(t, ill(seed))
				ending, k := p.survive(seed)
				ended[ending]++
				looks += k.looks
				if t.Failed() || *oneSeed > 0 {
					t.Logf("-seed %d:\n%s", seed, strings.Join(p.trace, "\n"))
				}
			})
		})
	}
	t.Logf("%d worlds: %v; looked after %d calls", to-from+1, ended, looks)
}

// ill is a world in which much goes wrong, by a seed.
func ill(seed uint64) setting {
	r := rand.New(rand.NewPCG(seed, 1))
	s := setting{on: onALB, policy: short, judge: quickly}
	if seed%2 == 0 {
		s.on = onClassic
	}
	switch r.IntN(5) {
	case 4:
		s.breakLate(r)
	case 0:
		s.fresh = from(time.Duration(r.IntN(30))*time.Minute, conduct{errors: 0.3})
	case 1:
		s.fresh = from(time.Duration(r.IntN(12))*time.Minute, conduct{sick: true})
		s.targetless = true
	}
	for at := time.Duration(0); at < 2*time.Hour; at += time.Duration(r.ExpFloat64() * float64(25*time.Minute)) {
		dies := []gekko.SnapshotName{first, second}[r.IntN(2)]
		s.events = append(s.events, event{"", at, func(p *trial) {
			if len(p.alive(dies)) > 1 {
				p.kill(dies)
			}
		}})
	}
	return s
}

// breakLate lets the new version break while the old group goes, which something
// may keep from going, and from growing again.
func (s *setting) breakLate(r *rand.Rand) {
	s.fresh, s.targetless = breaking, true
	s.breaksAt = "DetachLoadBalancers"
	if s.on.Weighted() {
		s.breaksAt = "DetachLoadBalancerTargetGroups"
	}
	if r.IntN(2) == 0 {
		s.prepare = protected
	}
	if r.IntN(3) == 0 {
		s.events = append(s.events, event{gekko.Retiring, time.Minute, fails(fault.Faults{Quota: 1 + r.IntN(4)})})
	}
}

// survive carries the release out in spite of all, and says how it ended.
func (p *trial) survive(seed uint64) (gekko.Ending, *warden) {
	p.t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	p.world.built = func(h *host) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if r.Float64() < 0.3 {
			h.boot = time.Duration(r.IntN(240)) * time.Second
		}
		h.fail = r.Float64() < 0.1
	}
	k := p.watch()
	before := p.remainsOfFleet()
	defer p.begin()()
	var o gekko.Outcome
	var err error
	for try := range 20 {
		x := p.process(fmt.Sprintf("ann@laptop/%d", try))
		x.wire.chance = &chance{
			throttled: 0.04, failed: 0.02, lost: 0.04, stale: 0.25, oldest: 30 * time.Second,
			random: rand.New(rand.NewPCG(seed, uint64(3+try))), known: map[string]remembered{},
		}
		x.wire.wrote = k.look
		o, err = x.Release(p.ctx, p.request())
		p.note("%s", ended(o, err))
		if o.Ending != "" {
			break
		}
		if errors.Is(err, gekko.ErrHeld) {
			fails(fault.Faults{})(p)
			p.protect(false)
		}
		time.Sleep(time.Minute) // a person runs it again
	}
	k.conclude(o, err, before)
	return o.Ending, k
}

// conclude holds the end of a release to what it says of itself.
func (k *warden) conclude(o gekko.Outcome, err error, before []string) {
	p := k.p
	p.t.Helper()
	p.mu.Lock()
	p.world.built = nil
	p.mu.Unlock()
	after := p.settledFleet()
	for _, b := range k.broken {
		p.t.Errorf("promise broken: %s", b)
	}
	if n := p.losses(); n > 0 {
		p.t.Errorf("lost %d requests: %v", n, p.local.Losses())
	}
	switch o.Ending {
	case gekko.Promoted:
		p.promotedWell(k)
	case gekko.Rejected:
		if !errors.Is(err, release.ErrRejected) || strings.Join(before, "\n") != strings.Join(after, "\n") {
			p.t.Errorf("rejected, error %v; before:\n%s\nafter:\n%s", err, strings.Join(before, "\n"), strings.Join(after, "\n"))
		}
	case gekko.Dirty:
		p.dirtyAsTold(o, err)
	default:
		p.t.Errorf("it did not end: %v", err)
	}
}

// promotedWell holds that the new group has taken over and nothing else is
// there.
func (p *trial) promotedWell(k *warden) {
	p.t.Helper()
	f := p.fleet()
	if len(f.Groups) != 1 || f.Groups[0].Name != gekko.GroupName(second) || f.Groups[0].Release.UnderWay() || len(p.pools()) > 1 {
		p.t.Errorf("promoted; left:\n%s", strings.Join(p.remains(), "\n"))
		return
	}
	if n := f.Groups[0].Serving(); n+p.deaths(10*time.Minute) < k.serving {
		p.t.Errorf("promoted; %d instances serve, there were %d", n, k.serving)
	}
}

// dirtyAsTold holds a release that is left to a person to what it told: of each
// group whether it is there, and of nothing that it was to put right.
func (p *trial) dirtyAsTold(o gekko.Outcome, err error) {
	p.t.Helper()
	if !errors.Is(err, release.ErrDirty) {
		p.t.Errorf("dirty, error %v", err)
	}
	f := p.fleet()
	for _, name := range []gekko.SnapshotName{first, second} {
		g, there := f.Group(gekko.GroupName(name))
		if gone := strings.Contains(o.Grounds, fmt.Sprintf("group %s is gone", name)); gone == there || !strings.Contains(o.Grounds, string(name)) {
			p.t.Errorf("group %s is there: %v; told was %s", name, there, o.Grounds)
		}
		if g.Release.UnderWay() || g.Undo != nil || g.Out.Leaving() {
			p.t.Errorf("group %s is no plain one: %+v", name, g)
		}
		if there && !g.Attached || g.Serving() > 0 && g.Weight == 0 && p.on.Weighted() {
			p.t.Errorf("group %s gets no requests: %+v", name, g)
		}
	}
}

func (p *trial) settledFleet() []string {
	time.Sleep(10 * time.Minute)
	for range 6 {
		if p.asWanted() {
			break
		}
		time.Sleep(time.Minute) // one that died is being replaced
	}
	return p.remainsOfFleet()
}

// asWanted says whether each group has just the instances that it wants.
func (p *trial) asWanted() bool {
	return !slices.ContainsFunc(p.fleet().Groups, func(g gekko.Group) bool { return len(g.Instances) != g.Size.Desired })
}
