package hand

import (
	"maps"
	"math"

	"gekko"
)

// topWeight is the highest weight that a rule gives
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html).
const topWeight = 999

// shares are the steps that bring each rule to the weights that its pools
// should have; a rule that has them already needs none.
func shares(f gekko.Fleet, group gekko.GroupName, percent *int) []Step {
	var steps []Step
	for _, rule := range f.Rules {
		want := weights(f, rule, group, percent)
		s := Share{Rule: rule, Weights: want}
		same := true
		for _, p := range f.Pools {
			has, in := p.Weights[rule]
			if w, ours := want[p.Name]; ours {
				same = same && in && has == w
			} else {
				s.Kept += has
			}
		}
		if !same {
			steps = append(steps, s)
		}
	}
	return steps
}

// weights gives each of the app's pools its weight in a rule: by how many of
// its instances serve, or for one group a percentage of all requests. Pools
// that are not gekko's keep their weights, and the app's own are scaled to
// them. Groups on their way out are left alone. If nothing serves, nothing
// changes.
func weights(f gekko.Fleet, rule string, group gekko.GroupName, percent *int) map[string]int {
	ideal := map[string]float64{}
	var kept, keptHealthy float64
	subject := ""
	for _, p := range f.Pools {
		g, ours := f.Group(p.Group)
		switch {
		case ours && g.App == f.App && g.Out.Leaving():
		case ours && g.App == f.App:
			ideal[p.Name] = float64(g.Serving())
			if g.Name == group {
				subject = p.Name
			}
		case p.Weights[rule] > 0:
			kept += float64(p.Weights[rule])
			keptHealthy += float64(p.Healthy)
		}
	}
	if keptHealthy > 0 {
		for p := range ideal {
			ideal[p] *= kept / keptHealthy
		}
	}
	if percent != nil && subject != "" {
		fix(ideal, subject, float64(*percent), kept)
	}
	if total(ideal) == 0 {
		return nil
	}
	if kept > 0 {
		return whole(ideal, 1)
	}
	return simplest(ideal)
}

// fix gives one pool a percentage of what all get together.
func fix(ideal map[string]float64, pool string, percent, kept float64) {
	delete(ideal, pool)
	others := total(ideal) + kept
	switch {
	case percent <= 0:
		ideal[pool] = 0
	case percent >= 100 || others == 0:
		for p := range ideal {
			ideal[p] = 0
		}
		ideal[pool] = topWeight
	default:
		ideal[pool] = others * percent / (100 - percent)
	}
}

func total(ideal map[string]float64) float64 {
	sum := 0.0
	for _, w := range ideal {
		sum += w
	}
	return sum
}

// simplest scales weights by the least number that makes them whole, or else as
// far as they may go.
func simplest(ideal map[string]float64) map[string]int {
	top := 0.0
	for _, w := range ideal {
		top = max(top, w)
	}
	for k := 1.0; k*top <= topWeight; k++ {
		exact := true
		for _, w := range ideal {
			exact = exact && math.Abs(k*w-math.Round(k*w)) < 1e-6
		}
		if exact {
			return whole(ideal, k)
		}
	}
	return whole(ideal, topWeight/top)
}

// whole rounds scaled weights into 0 to 999; what is to get requests at all
// gets at least 1.
func whole(ideal map[string]float64, scale float64) map[string]int {
	top := 0.0
	for w := range maps.Values(ideal) {
		top = max(top, w*scale)
	}
	if top > topWeight {
		scale *= topWeight / top
	}
	weights := map[string]int{}
	for p, w := range ideal {
		n := int(math.Round(w * scale))
		if w > 0 {
			n = max(n, 1)
		}
		weights[p] = n
	}
	return weights
}
