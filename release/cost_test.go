package release_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gekko"
)

// bill counts the calls of a release.
type bill struct {
	p     *trial
	mu    sync.Mutex // guards what follows
	calls []dialled
}

type dialled struct {
	at time.Time
	op string
}

func (b *bill) called(op string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, dialled{time.Now(), op})
}

// tick is what one look at a release cost, but for its lease.
type tick struct{ describes, metrics, writes int }

// ticks gathers the calls between two times that lie within some seconds of
// each other.
func (b *bill) ticks(from, to time.Time) (all []tick) {
	var last time.Time
	for _, c := range b.calls {
		if c.at.Before(from) || !c.at.Before(to) || strings.Contains(c.op, "Parameter") {
			continue
		}
		if c.at.Sub(last) > 5*time.Second {
			all = append(all, tick{})
		}
		last = c.at
		t := &all[len(all)-1]
		switch {
		case strings.HasPrefix(c.op, "Describe"):
			t.describes++
		case c.op == "GetMetricData":
			t.metrics++
		default:
			t.writes++
		}
	}
	return all
}

// thatWrote numbers, from 1, the calls of each tick that wrote something besides
// its lease.
func (b *bill) thatWrote() (all []int64) {
	var tick []int64
	var last time.Time
	wrote := false
	for i, c := range b.calls {
		if c.at.Sub(last) > 5*time.Second {
			if wrote {
				all = append(all, tick...)
			}
			tick, wrote = nil, false
		}
		last, tick = c.at, append(tick, int64(i+1))
		wrote = wrote || writes(c.op) && !strings.Contains(c.op, "Parameter")
	}
	if wrote {
		all = append(all, tick...)
	}
	return all
}

// writes counts the calls that changed something besides a lease.
func (b *bill) writes() (n int64) {
	for _, c := range b.calls {
		if (&cut{writes: true}).counts(c.op) {
			n++
		}
	}
	return n
}

// most is the dearest tick of each kind.
func most(all []tick) (m tick) {
	for _, t := range all {
		m = tick{max(m.describes, t.describes), max(m.metrics, t.metrics), max(m.writes, t.writes)}
	}
	return m
}

// TestATickCostsFewCalls counts them, with few and with many instances. One in
// which nothing happens only looks at what changes by itself; the first one of a
// process also asks where the balancer is.
func TestATickCostsFewCalls(t *testing.T) {
	for name, c := range map[string]struct {
		on        gekko.Balancer
		instances int
		quiet     tick
	}{
		"ALB":                           {onALB, 3, tick{describes: 3, metrics: 1}},
		"ALB with thirty instances":     {onALB, 30, tick{describes: 3, metrics: 1}},
		"Classic":                       {onClassic, 3, tick{describes: 2}},
		"Classic with thirty instances": {onClassic, 30, tick{describes: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				p := try(t, setting{on: c.on, policy: short, judge: quickly, size: size(c.instances, 2*c.instances, c.instances)})
				b := p.billed()
				soak := p.begun.Add(6*time.Minute + 30*time.Second)
				if quiet := most(b.ticks(soak, soak.Add(3*time.Minute))); quiet != c.quiet {
					t.Errorf("a quiet tick took %+v calls, want %+v", quiet, c.quiet)
				}
				t.Logf("%d calls in all", len(b.calls))
			})
		})
	}
}

// billed is a release whose calls are counted.
func (p *trial) billed() *bill {
	p.t.Helper()
	b := &bill{p: p}
	x := p.process("ann@laptop/1")
	x.wire.called = b.called
	p.through(x)
	return b
}

// Aims for a day's release.
const (
	mostCalls     = 8000
	mostDescribes = 6    // in a tick, and one request for metrics
	mostDear      = 0.03 // of all ticks may take more: those that look twice before they destroy
	mostWaste     = 0.02 // of the time may be neither the policy's nor a boot's nor a drain's
)

// TestADayCostsLittle tries a release of the usual policy. "make bench" reads
// what it logs.
func TestADayCostsLittle(t *testing.T) {
	if raced {
		t.Skip("a day takes long under the race detector")
	}
	var all []tick
	var calls, dear int
	var waste float64
	began := time.Now()
	bubble(t, func(t *testing.T) {
		p := try(t, setting{on: onALB, size: size(3, 8, 6)})
		b := p.billed()
		calls, all, waste = len(b.calls), b.ticks(p.begun, time.Now()), p.waste()
	})
	wall := time.Since(began)
	for _, c := range all {
		if c.describes > mostDescribes || c.metrics > 1 {
			dear++
		}
	}
	if share := float64(dear) / float64(len(all)); calls > mostCalls || share > mostDear || waste > mostWaste {
		t.Errorf("over an aim: %d of %d, %.3f of %.3f, %.3f of %.3f", calls, mostCalls, share, mostDear, waste, mostWaste)
	}
	t.Logf("a day: %d ms, %d calls, %d of %d ticks above %d describes, %.3f %% waste", wall.Milliseconds(), calls, dear, len(all), mostDescribes, 100*waste)
}

// waste is the part of a release's time that nobody asked for.
func (p *trial) waste() float64 {
	policy, judge := p.policy.Complete(), p.judge.Complete()
	const boots, drain, margin = 2 * 20 * time.Second, 5 * time.Second, 30 * time.Second
	asked := policy.Ramp + policy.Soak + time.Duration(judge.Settling)*judge.Period + policy.WarmUp + boots + drain + margin
	whole := time.Since(p.begun)
	return float64(whole-asked) / float64(whole)
}
