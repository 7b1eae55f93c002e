package judge

import "gekko"

// source is a metric and how it is counted. Another metric is another row of
// sources.
type source struct {
	name  string
	of    string // the same in the words of a sentence
	count func(gekko.Sample) float64
	// budgeted says that a rate within the policy's budget is fine whatever the
	// old version's is: so for answers that a client sees as a 5xx. Some requests
	// are always slower than the old version's p99, and are no fault.
	budgeted bool
}

// Names of the metrics.
const (
	Errors  = "5xx"
	Slow    = "slow"
	Refused = "refused"
	Lost    = "lost"
)

func sources() []source {
	return []source{
		{Errors, "ended in a 5xx", func(s gekko.Sample) float64 { return min(s.Errors, s.Requests) }, true},
		{Slow, "were slow", func(s gekko.Sample) float64 { return min(s.Slow, s.Requests) }, false},
		{Refused, "were refused a connection", func(s gekko.Sample) float64 { return s.Refused }, true},
		{Lost, "got no answer", func(s gekko.Sample) float64 { return s.Lost }, true},
	}
}

// pair is what both sides counted of one metric in one period.
type pair struct{ old, new Count }

func (p pair) plus(q pair, sign float64) pair {
	return pair{p.old.plus(q.old, sign), p.new.plus(q.new, sign)}
}

func (p pair) events() float64 { return p.old.Events + p.new.Events }

// comparable says whether the pair tells anything of a ratio.
func (p pair) comparable() bool {
	return p.old.Requests > 0 && p.new.Requests > 0 && p.events() > 0
}

// total adds up the samples of one side.
func total(samples []gekko.Sample, count func(gekko.Sample) float64) Count {
	var c Count
	for _, s := range samples {
		c.Requests += s.Requests
		c.Events += count(s)
	}
	return c
}
