package release

import (
	"context"
	"maps"
	"slices"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
)

// Plan checks a request and tells what a release would do, with times: decide is
// asked about a fleet that does what is hoped of it.
func (e *Engine) Plan(ctx context.Context, q Request) (Foresight, error) {
	w := &work{e: e, q: q}
	f, err := w.look(ctx, false)
	if err != nil {
		return Foresight{}, err
	}
	m := model{e: e, fleet: f, now: f.At}
	g, there := f.UnderWay()
	if there {
		m.r = g.Release
		m.begun = f.At
		if m.policies, err = readPolicies(g.Policy); err != nil {
			return Foresight{}, err
		}
		m.run()
		return m.Foresight, nil
	}
	s, _, err := e.preflight(ctx, q, f)
	if err != nil {
		return Foresight{}, err
	}
	m.Says, m.Unchecked, m.policies, m.track = s.says, s.unchecked, s.policies, s.from.Plan.TargetTracking
	m.r, m.begun = s.r, f.At
	m.take(gekko.Launching, s.steps())
	m.run()
	return m.Foresight, nil
}

// bootTime is how long an instance is taken to need until it serves.
const bootTime = 2 * time.Minute

// model is a fleet in which all goes well.
type model struct {
	Foresight
	policies
	e          *Engine
	fleet      gekko.Fleet
	r          gekko.Release
	now, begun time.Time
	boot       time.Time // when the instances that were launched serve
	track      *gekko.TargetTracking
	noted      *gekko.Outcome
	ended      bool
}

// manyDecisions is more than any release needs.
const manyDecisions = 1000

func (m *model) run() {
	for range manyDecisions {
		v := m.view()
		p := decide(v)
		m.take(m.r.Phase, p.Steps)
		if m.ended || p.ended != nil {
			return
		}
		if g, there := m.fleet.Group(p.detaches); there {
			g.Out.Left = m.now
			m.put(g)
		}
		if len(p.Steps) == 0 {
			m.pass(p.Due)
		}
	}
}

// view is what decide would see.
func (m *model) view() view {
	m.fleet.At = m.now
	v := newView(m.fleet, m.r)
	v.policies, v.runner, v.noted, v.track = m.policies, m.e.runner(), m.noted, m.track
	v.accepts = func(name string) bool { return name != protected }
	v.seen, v.opened = ^look(0), true
	v.carried = float64(m.judge.Least)
	if v.weighted() && !m.r.Soak.IsZero() {
		settling := time.Duration(m.judge.Settling+1) * m.judge.Period
		v.over = m.now.Sub(m.r.Soak) >= m.release.Soak+settling
		v.judged = judge.Judgement{Verdict: judge.Fine, Requests: v.carried, Metrics: []judge.Metric{{Verdict: judge.Fine}}}
	}
	return v
}

// pass lets time go by until something is due.
func (m *model) pass(due time.Time) {
	next := due
	if m.boot.After(m.now) && (next.IsZero() || m.boot.Before(next)) {
		next = m.boot
	}
	if !next.After(m.now) {
		next = m.now.Add(m.judge.Period)
	}
	m.now = next
	if m.now.Before(m.boot) {
		return
	}
	for _, g := range m.fleet.Groups {
		g.Instances = serving(g.Size.Desired)
		m.put(g)
	}
}

func serving(n int) []gekko.Instance {
	return slices.Repeat([]gekko.Instance{{InService: true, Balancer: gekko.Healthy}}, n)
}

func (m *model) take(p gekko.Phase, steps []hand.Step) {
	for _, s := range steps {
		m.Steps = append(m.Steps, Timed{m.now.Sub(m.begun), p, s.String()})
		m.apply(s)
	}
}

// apply changes the fleet as a step would.
func (m *model) apply(step hand.Step) {
	switch s := step.(type) {
	case Note:
		m.r = s.Release
		m.ended = !m.r.UnderWay()
	case Pin:
		m.change(s.Group, func(g *gekko.Group) { g.Undo = &s.Undo })
	case Unpin:
		m.change(s.Group, func(g *gekko.Group) { g.Undo = nil })
	case hand.MakePool:
		m.fleet.Pools = append(slices.Clone(m.fleet.Pools), gekko.Pool{
			Name: string(s.Snapshot.Name), App: m.fleet.App, Group: gekko.GroupName(s.Snapshot.Name), Weights: map[string]int{}, Drain: m.fleet.Drain,
		})
	case hand.Share:
		m.weigh(s)
	case hand.Launch:
		g := gekko.Group{Name: gekko.GroupName(s.Snapshot.Name), App: m.fleet.App, Snapshot: s.Snapshot.Name, Size: s.Size, Attached: true}
		if m.fleet.Balancer.Weighted() {
			g.Pool = string(g.Name)
		}
		m.fleet.Groups = append(slices.Clone(m.fleet.Groups), g)
		m.boot = m.now.Add(bootTime)
	case hand.Resize:
		m.change(s.Group, func(g *gekko.Group) { g.Size = s.Size })
		m.boot = m.now.Add(bootTime)
	case hand.Mark:
		m.change(s.Group, func(g *gekko.Group) { g.Out = s.Out })
	case hand.Detach:
		m.change(s.Group, func(g *gekko.Group) { g.Attached = false })
	case hand.Leave:
		m.leave(s)
	case hand.RemovePool:
		m.fleet.Pools = slices.DeleteFunc(slices.Clone(m.fleet.Pools), func(p gekko.Pool) bool { return p.Name == s.Pool })
	case hand.Delete:
		m.fleet.Groups = slices.DeleteFunc(slices.Clone(m.fleet.Groups), func(g gekko.Group) bool { return g.Name == s.Group })
	case hand.Attach:
		m.change(s.Group, func(g *gekko.Group) { g.Attached = true })
	case End:
		if s.Outcome.Ending != gekko.Open {
			m.noted = &s.Outcome
		}
	}
}

func (m *model) weigh(s hand.Share) {
	m.fleet.Pools = slices.Clone(m.fleet.Pools)
	for i, p := range m.fleet.Pools {
		if weight, named := s.Weights[p.Name]; named {
			all := map[string]int{s.Rule: weight}
			for rule, w := range p.Weights {
				if rule != s.Rule {
					all[rule] = w
				}
			}
			m.fleet.Pools[i].Weights = all
		}
	}
}

func (m *model) leave(s hand.Leave) {
	m.fleet.Pools = slices.Clone(m.fleet.Pools)
	for i, p := range m.fleet.Pools {
		if p.Name == s.Pool {
			m.fleet.Pools[i].Weights = maps.Clone(p.Weights)
			delete(m.fleet.Pools[i].Weights, s.Rule)
		}
	}
}

func (m *model) change(name gekko.GroupName, how func(*gekko.Group)) {
	if g, there := m.fleet.Group(name); there {
		how(&g)
		m.put(g)
	}
}

func (m *model) put(g gekko.Group) {
	m.fleet.Groups = slices.Clone(m.fleet.Groups)
	for i := range m.fleet.Groups {
		if m.fleet.Groups[i].Name == g.Name {
			m.fleet.Groups[i] = g
		}
	}
}
