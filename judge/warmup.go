package judge

import (
	"math"
	"slices"

	"gekko"
)

// warmUp knows which zones have instances that are still warming up: a volume
// made from a snapshot loads lazily, so a new instance is slow whatever runs on
// it. Metrics know no instances, but a group's number of healthy ones grows
// when new ones come.
type warmUp struct {
	periods  int // how long an instance is new
	old, new []zones
}

// zones is how many healthy instances one side had in each zone in one period.
type zones map[string]float64

// newShare is the part of a zone's instances that may be new.
const newShare = 0.1

// see takes in the next period.
func (w *warmUp) see(m gekko.Minute) {
	w.old = w.push(w.old, m.Old)
	w.new = w.push(w.new, m.New)
}

func (w *warmUp) push(seen []zones, samples []gekko.Sample) []zones {
	hosts := zones{}
	for _, s := range samples {
		hosts[s.Zone] += s.Hosts
	}
	seen = append(seen, hosts)
	if n := len(seen) - w.periods - 1; n > 0 {
		seen = seen[n:]
	}
	return seen
}

// leaveOut is a period, the last one seen, without the zones that warm up on
// either side.
func (w *warmUp) leaveOut(m gekko.Minute) gekko.Minute {
	warming := func(s gekko.Sample) bool { return warming(w.old, s.Zone) || warming(w.new, s.Zone) }
	m.Old = slices.DeleteFunc(slices.Clone(m.Old), warming)
	m.New = slices.DeleteFunc(slices.Clone(m.New), warming)
	return m
}

// warming says whether more than newShare of a zone's instances came in the
// periods seen. A zone in which a measured side had no sample had no instances
// there; 0 in a sample is a number that is not known, and nothing follows.
func warming(seen []zones, zone string) bool {
	if len(seen) == 0 {
		return false
	}
	now := seen[len(seen)-1][zone]
	if now == 0 {
		return false
	}
	least := math.Inf(1)
	for _, hosts := range seen {
		if len(hosts) == 0 {
			continue
		}
		if n, sampled := hosts[zone]; n > 0 || !sampled {
			least = min(least, n)
		}
	}
	return now-least > newShare*now
}
