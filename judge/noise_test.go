package judge_test

import (
	"math"
	"math/rand/v2"
	"time"

	"gekko"
)

// noise is how uneven the minutes of a simulated day are.
type noise struct {
	name    string
	cv      float64 // of each side's rate in each minute, on its own
	memory  float64 // of each host's rate from minute to minute; its logarithm varies by .5
	diurnal bool    // load and rate follow the hour, and the number of old hosts the load
	outages bool    // both sides fail eight times as often for ten minutes, now and then
}

// Minutes that could change sides, whatever else is uneven about them.
var exchangeable = []noise{
	{name: "even"},
	{name: "CV 0.6", cv: .6},
	{name: "CV 1", cv: 1},
	{name: "diurnal", diurnal: true},
	{name: "outages", outages: true},
	{name: "all of it", cv: 1, diurnal: true, outages: true},
}

// Hosts that differ for a while: ten, of which the new version has one. In zones
// there are ten in each.
var hosts = []noise{
	{name: "hosts .8", memory: .8},
	{name: "hosts .95", memory: .95},
	{name: "hosts .99", memory: .99},
}

// day is a soak of 24 hours: 120 requests a minute reach the new version, which
// is a tenth, and one in a hundred fails on the old one.
type day struct {
	noise
	ratio float64 // of the new version's failures to the old one's
	from  int     // the minute at which that begins
	zones int     // in which both sides are; 0: one, that is not told
	bad   float64 // ratio of the failures in the new side's first zone, beyond ratio; 0: 1
}

const dayMinutes = 1440

// each makes the day's minutes until one is enough.
func (d day) each(seed uint64, enough func(gekko.Minute) bool) {
	r := rand.New(rand.NewPCG(seed, 4))
	s := &side{noise: d.noise, random: r, hosts: make([]float64, 10*max(d.zones, 1))}
	for i := range s.hosts {
		s.hosts[i] = r.NormFloat64()
	}
	outage := 0
	for i := range dayMinutes {
		load, rate, old := 1.0, .01, 1080.0
		if d.diurnal {
			load = 1 + .6*math.Sin(2*math.Pi*float64(i)/dayMinutes)
			rate *= 1 + .5*math.Sin(2*math.Pi*float64(i)/dayMinutes+1)
			old *= load
		}
		if outage--; d.outages && outage < 0 && r.IntN(240) == 0 {
			outage = 10
		}
		if outage > 0 {
			rate *= 8
		}
		worse := 1.0
		if i >= d.from {
			worse = d.ratio
		}
		m := gekko.Minute{
			At:  time.Unix(int64(i)*60, 0),
			Old: s.samples(d.zones, old, rate, 1, 0, 9),
			New: s.samples(d.zones, 120*load, rate*worse, d.bad, 9, 10),
		}
		if enough(m) {
			return
		}
	}
}

// side makes the samples of one side at a time.
type side struct {
	noise
	random *rand.Rand
	hosts  []float64 // ten in each zone
}

// samples are those of the hosts from first to end of each zone.
func (s *side) samples(zones int, requests, rate, bad float64, first, end int) []gekko.Sample {
	if s.cv > 0 {
		shape := 1 / s.cv / s.cv
		rate *= gamma(s.random, shape) / shape
	}
	if zones == 0 {
		return []gekko.Sample{s.sample(requests, rate, first, end)}
	}
	all := make([]gekko.Sample, zones)
	for z := range all {
		here := rate
		if z == 0 && bad > 0 {
			here *= bad
		}
		all[z] = s.sample(requests/float64(zones), here, 10*z+first, 10*z+end)
		all[z].Zone = string(rune('a' + z))
	}
	return all
}

func (s *side) sample(requests, rate float64, first, end int) gekko.Sample {
	if s.memory > 0 {
		const sd = .5
		sum := 0.0
		for i := first; i < end; i++ {
			s.hosts[i] = s.memory*s.hosts[i] + math.Sqrt(1-s.memory*s.memory)*s.random.NormFloat64()
			sum += math.Exp(sd*s.hosts[i] - sd*sd/2)
		}
		rate *= sum / float64(end-first)
	}
	n := poisson(s.random, requests)
	return gekko.Sample{Requests: n, Errors: min(n, poisson(s.random, n*rate)), Slow: min(n, poisson(s.random, n*.01))}
}

// gamma is Marsaglia and Tsang's, for a shape of 1 or more.
func gamma(r *rand.Rand, shape float64) float64 {
	d := shape - 1./3
	for {
		x := r.NormFloat64()
		v := 1 + x/math.Sqrt(9*d)
		if v <= 0 {
			continue
		}
		v *= v * v
		if math.Log(r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func poisson(r *rand.Rand, mean float64) float64 {
	if mean > 60 {
		return max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64()))
	}
	n, p, limit := 0.0, r.Float64(), math.Exp(-mean)
	for p > limit {
		p *= r.Float64()
		n++
	}
	return n
}
