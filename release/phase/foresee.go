package phase

import (
	"maps"
	"slices"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
)

// Timed is a step of a dry run and when it would be taken.
type Timed struct {
	After time.Duration `json:"after"` // since the release's begin
	Phase gekko.Phase   `json:"phase"`
	Step  string        `json:"step"`
}

// Model is a fleet in which all goes well.
type Model struct {
	Policies
	Runner *hand.Runner
	Fleet  gekko.Fleet
	Record gekko.Release
	Begun  time.Time
	Track  *gekko.TargetTracking

	steps []Timed
	now   time.Time
	boot  time.Time // when the instances that were launched serve
	noted *gekko.Outcome
	ended bool
}

// bootTime is how long an instance is taken to need until it serves: two minutes,
// and on this machine as many seconds.
func (m *Model) bootTime() time.Duration { return min(2*m.Judge.Period, 2*time.Minute) }

// manyDecisions is more than any release needs.
const manyDecisions = 1000

// Run takes the first steps, and then what is due until the release has ended.
func (m *Model) Run(first []hand.Step) []Timed {
	m.now = m.Begun
	m.take(m.Record.Phase, first)
	for range manyDecisions {
		v := m.view()
		p := Decide(v)
		m.take(m.Record.Phase, p.Steps)
		if m.ended || p.Ended != nil {
			break
		}
		if g, there := m.Fleet.Group(p.Detaches); there {
			g.Out.Left = m.now
			m.put(g)
		}
		if len(p.Steps) == 0 {
			m.pass(p.Due)
		}
	}
	return m.steps
}

// view is what would be seen.
func (m *Model) view() View {
	m.Fleet.At = m.now
	v := NewView(m.Fleet, m.Record)
	v.Policies, v.Runner, v.Noted, v.Track = m.Policies, m.Runner, m.noted, m.Track
	v.Accepts = func(name string) bool { return name != protected }
	v.Seen, v.Opened = ^Look(0), true
	v.Carried = float64(m.Judge.Least)
	if v.Weighted() && !m.Record.Soak.IsZero() {
		settling := time.Duration(m.Judge.Settling+1) * m.Judge.Period
		v.Over = m.now.Sub(m.Record.Soak) >= m.Release.Soak+settling
		v.Judged = judge.Judgement{Verdict: judge.Fine, Requests: v.Carried, Metrics: []judge.Metric{{Verdict: judge.Fine}}}
	}
	return v
}

// pass lets time go by until something is due.
func (m *Model) pass(due time.Time) {
	next := due
	if m.boot.After(m.now) && (next.IsZero() || m.boot.Before(next)) {
		next = m.boot
	}
	if !next.After(m.now) {
		next = m.now.Add(m.Judge.Period)
	}
	m.now = next
	if m.now.Before(m.boot) {
		return
	}
	for _, g := range m.Fleet.Groups {
		g.Instances = serving(g.Size.Desired)
		m.put(g)
	}
}

func serving(n int) []gekko.Instance {
	return slices.Repeat([]gekko.Instance{{InService: true, Balancer: gekko.Healthy}}, n)
}

func (m *Model) take(p gekko.Phase, steps []hand.Step) {
	for _, s := range steps {
		m.steps = append(m.steps, Timed{m.now.Sub(m.Begun), p, s.String()})
		m.apply(s)
	}
}

// apply changes the fleet as a step would.
func (m *Model) apply(step hand.Step) {
	switch s := step.(type) {
	case Note:
		m.Record = s.Release
		m.ended = !m.Record.UnderWay()
	case Pin:
		m.change(s.Group, func(g *gekko.Group) { g.Undo = &s.Undo })
	case Unpin:
		m.change(s.Group, func(g *gekko.Group) { g.Undo = nil })
	case hand.MakePool:
		m.Fleet.Pools = append(slices.Clone(m.Fleet.Pools), gekko.Pool{
			Name: string(s.Snapshot.Name), App: m.Fleet.App, Group: gekko.GroupName(s.Snapshot.Name), Weights: map[string]int{}, Drain: m.Fleet.Drain,
		})
	case hand.Share:
		m.weigh(s)
	case hand.Launch:
		g := gekko.Group{Name: gekko.GroupName(s.Snapshot.Name), App: m.Fleet.App, Snapshot: s.Snapshot.Name, Size: s.Size, Attached: true}
		if m.Fleet.Balancer.Weighted() {
			g.Pool = string(g.Name)
		}
		m.Fleet.Groups = append(slices.Clone(m.Fleet.Groups), g)
		m.boot = m.now.Add(m.bootTime())
	case hand.Resize:
		m.change(s.Group, func(g *gekko.Group) { g.Size = s.Size })
		m.boot = m.now.Add(m.bootTime())
	case hand.Mark:
		m.change(s.Group, func(g *gekko.Group) { g.Out = s.Out })
	case hand.Detach:
		m.change(s.Group, func(g *gekko.Group) { g.Attached = false })
	case hand.Leave:
		m.leave(s)
	case hand.RemovePool:
		m.Fleet.Pools = slices.DeleteFunc(slices.Clone(m.Fleet.Pools), func(p gekko.Pool) bool { return p.Name == s.Pool })
	case hand.Delete:
		m.Fleet.Groups = slices.DeleteFunc(slices.Clone(m.Fleet.Groups), func(g gekko.Group) bool { return g.Name == s.Group })
	case hand.Attach:
		m.change(s.Group, func(g *gekko.Group) { g.Attached = true })
	case End:
		if s.Outcome.Ending != gekko.Open {
			m.noted = &s.Outcome
		}
	}
}

func (m *Model) weigh(s hand.Share) {
	m.Fleet.Pools = slices.Clone(m.Fleet.Pools)
	for i, p := range m.Fleet.Pools {
		if weight, named := s.Weights[p.Name]; named {
			all := map[string]int{s.Rule: weight}
			for rule, w := range p.Weights {
				if rule != s.Rule {
					all[rule] = w
				}
			}
			m.Fleet.Pools[i].Weights = all
		}
	}
}

func (m *Model) leave(s hand.Leave) {
	m.Fleet.Pools = slices.Clone(m.Fleet.Pools)
	for i, p := range m.Fleet.Pools {
		if p.Name == s.Pool {
			m.Fleet.Pools[i].Weights = maps.Clone(p.Weights)
			delete(m.Fleet.Pools[i].Weights, s.Rule)
		}
	}
}

func (m *Model) change(name gekko.GroupName, how func(*gekko.Group)) {
	if g, there := m.Fleet.Group(name); there {
		how(&g)
		m.put(g)
	}
}

func (m *Model) put(g gekko.Group) {
	m.Fleet.Groups = slices.Clone(m.Fleet.Groups)
	for i := range m.Fleet.Groups {
		if m.Fleet.Groups[i].Name == g.Name {
			m.Fleet.Groups[i] = g
		}
	}
}
