package judge

import (
	"math"
	"slices"

	"gekko"
)

// apart is the evidence of harm without one zone of the new side at a time. Harm
// that a certain zone has to be in to show comes of a bad host or of the zone's
// own trouble at least as likely as of the new version.
type apart struct {
	whole    *rest
	without  map[string]*rest
	requests map[string]float64 // of the new side, in each zone
	all      float64            // the same, in all of them and where no zone is told
}

// rest is the evidence of harm in what is left without a zone. It only bears out
// what was shown of the whole, so the quick bets will do, without a check.
type rest struct {
	beside *rates
	alone  alone
}

const (
	// bornOut is what a rest must win: one without harm does so with chance
	// 1/bornOut at most.
	bornOut = 20
	// elsewhere is the ratio that a rest's bets let pass, or the slow path's if
	// that is less. At 1.5 hosts that differ for a while bear out too often what
	// one of them does, at 2.5 harm shared by two zones is found later.
	elsewhere = 2
	// speaks is the least part of the new side's requests that a rest must have.
	// A smaller one would be too long in bearing anything out.
	speaks = 0.1
)

func newApart(slowPath float64) *apart {
	return &apart{
		whole:   &rest{newRates(min(elsewhere, slowPath)), newAlone()},
		without: map[string]*rest{}, requests: map[string]float64{},
	}
}

// add takes in a period of the new side, and what the old one had.
func (a *apart) add(old Count, samples []gekko.Sample, count func(gekko.Sample) float64) {
	a.see(samples)
	a.whole.beside.add(pair{old, total(samples, count)})
	for zone, r := range a.without {
		r.beside.add(pair{old, total(outside(samples, zone), count)})
	}
}

// addAlone does so where the old side serves no more, from what it had in the soak.
func (a *apart) addAlone(soak Count, samples []gekko.Sample, count func(gekko.Sample) float64) {
	a.see(samples)
	a.whole.alone.add(soak, total(samples, count))
	for zone, r := range a.without {
		r.alone.add(soak, total(outside(samples, zone), count))
	}
}

// see takes note of where the new side has requests. Until it had any in a zone,
// the whole was what it had without that zone.
func (a *apart) see(samples []gekko.Sample) {
	for _, s := range samples {
		a.all += s.Requests
		if s.Zone == "" || s.Requests == 0 {
			continue
		}
		a.requests[s.Zone] += s.Requests
		if a.without[s.Zone] == nil {
			a.without[s.Zone] = a.whole.clone()
		}
	}
}

// clone is the same evidence, to go on apart from it.
func (r *rest) clone() *rest {
	beside, alone := *r.beside, r.alone
	beside.bets, alone.bets = slices.Clone(beside.bets), slices.Clone(alone.bets)
	return &rest{&beside, alone}
}

func (r *rest) worth() float64 { return max(r.beside.worth(), r.alone.worth()) }

// outside are the samples that are not of a zone. What was counted without a
// zone stays.
func outside(samples []gekko.Sample, zone string) []gekko.Sample {
	return slices.DeleteFunc(slices.Clone(samples), func(s gekko.Sample) bool { return s.Zone == zone })
}

// least is the evidence without the zone that it needs most. It is infinite where
// no zone can be left out, as there are no two, or one that has nearly everything.
func (a *apart) least() float64 {
	least := math.Inf(1)
	if len(a.without) < 2 {
		return least
	}
	for zone, r := range a.without {
		if a.all-a.requests[zone] < speaks*a.all {
			return math.Inf(1)
		}
		least = min(least, r.worth())
	}
	return least
}

// needed is the zone without which nothing is borne out; empty if there is more
// than one such zone, and so no telling which.
func (a *apart) needed() string {
	var all []string
	for zone, r := range a.without {
		if r.worth() < bornOut {
			all = append(all, zone)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return ""
}

// failing is the absolute guard: a new version that fails many requests more than
// the old one is stopped wherever its evidence of harm comes from.
type failing struct{ late []pair }

const (
	lately = 5   // periods
	many   = 0.2 // of the requests
)

func (f *failing) add(p pair) {
	if p.new.Requests == 0 {
		return
	}
	if f.late = append(f.late, p); len(f.late) > lately {
		f.late = f.late[1:]
	}
}

// badly says whether that many failed lately.
func (f *failing) badly() bool {
	var sum pair
	for _, p := range f.late {
		sum = sum.plus(p, 1)
	}
	return len(f.late) == lately && sum.new.Rate()-sum.old.Rate() >= many
}
