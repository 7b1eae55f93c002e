package judge

import (
	"fmt"
	"slices"

	"gekko"
)

// placebo makes the slow path's bet between the zones of the old version, where
// there is nothing to find. If it wins, hosts or zones differ today by more than
// the bets allow for, and harm then has to be confirmed.
type placebo struct {
	pass  float64
	zones map[string]*swap
	found string // the zone that differs
}

// unusual is what a zone's bet must win, times the zones and metrics: so one
// such alarm in a hundred days comes of chance.
const unusual = 100

func newPlacebo(pass float64) *placebo { return &placebo{pass: pass, zones: map[string]*swap{}} }

// add takes in what the old version had in each zone in one period, as one of so
// many metrics.
func (p *placebo) add(samples []gekko.Sample, count func(gekko.Sample) float64, metrics int) {
	if p.found != "" || len(samples) < 2 {
		return
	}
	all := total(samples, count)
	for _, s := range samples {
		bet := p.zones[s.Zone]
		if bet == nil {
			bet = newSwap(p.pass)
			p.zones[s.Zone] = bet
		}
		here := Count{s.Requests, count(s)}
		bet.add(pair{old: Count{all.Requests - here.Requests, all.Events - here.Events}, new: here})
	}
	for _, s := range samples {
		if p.zones[s.Zone].worth() >= float64(unusual*metrics*len(p.zones)) {
			p.found = s.Zone
			return
		}
	}
}

// note says what was found, and what follows.
func (p *placebo) note(name string) string {
	return fmt.Sprintf("%s: zone %s of the old version has more than its other zones, beyond what versions are let differ by; harm must show at %s times to count",
		name, p.found, short(confirmed*p.pass))
}

// confirmed is by how much more than usual the versions must differ then.
const confirmed = 2

// notes are what a person should know of how the judgement came about.
func (e *Evidence) notes() []string {
	var notes []string
	for _, m := range e.metrics {
		if m.placebo.found != "" {
			notes = append(notes, m.placebo.note(m.name))
		}
	}
	if e.hosts > 0 && e.hosts < 3 {
		notes = append(notes, fmt.Sprintf("the new version had %.0f of the 3 instances that it takes to tell a bad version from a bad instance", e.hosts))
	}
	return slices.Clip(notes)
}
