package judge

import (
	"cmp"
	"slices"
	"time"

	"gekko"
)

// The rules that say harm.
const (
	// disaster is the ratio beyond which rates alone are believed at once, if
	// swap too has seen persist of it. At 3 it takes nearly twice as long to find
	// five times the rate, at 2 hosts that differ for a while stop too many.
	disaster = 2.5
	persist  = 10
)

// Evidence is what the periods of a soak say, one added after the other. The
// same periods in the same order give the same judgement.
type Evidence struct {
	policy   gekko.JudgePolicy
	metrics  []*metric
	quantile float64 // Student's, for the policy's blocks and confidence
	warm     warmUp
	at       time.Time
	harmed   bool

	measured, missing, blind int
	requests                 float64
	hosts                    float64 // of the new side, in the last period measured
}

// metric is the evidence on one metric.
type metric struct {
	source
	fast  *rates // above disaster
	check *swap  // above 1: is it more than a burst
	slow  *swap  // above the policy's slow path
	sure  *swap  // beyond confirmed times that
	sums  []tally

	placebo *placebo
	alone   alone

	apart   *apart
	failing failing
	// The paths have shown harm, whether it counts or not; and have done so when
	// the old version served no more, so that what the soak found is no answer.
	shown, shownAlone bool
	zone              string // without which harm that was shown did not show, when it was last known
}

// New begins without evidence. Only the named metrics are judged, as others
// cannot be observed; none stands for all that there are.
func New(p gekko.JudgePolicy, names ...string) *Evidence {
	e := &Evidence{policy: p.Complete()}
	e.quantile = student(e.policy.Confidence, e.policy.Blocks-1)
	e.warm.periods = max(0, int((e.policy.WarmUp+e.policy.Period-1)/e.policy.Period))
	for _, s := range sources() {
		if len(names) == 0 || slices.Contains(names, s.name) {
			e.metrics = append(e.metrics, &metric{
				source: s, fast: newRates(disaster), check: newSwap(1),
				slow: newSwap(e.policy.SlowPath), sure: newSwap(confirmed * e.policy.SlowPath),
				placebo: newPlacebo(e.policy.SlowPath), alone: newAlone(), apart: newApart(e.policy.SlowPath),
			})
		}
	}
	return e
}

// Add takes in the next settled period of both sides. Harm stops it: what is
// added later changes nothing.
func (e *Evidence) Add(m gekko.Minute) {
	if e.harmed {
		return
	}
	e.at = m.At
	e.warm.see(m)
	if m.Alone {
		e.addAlone(m)
		return
	}
	if len(m.Old) == 0 || len(m.New) == 0 {
		e.missing++
		e.blind++
		return
	}
	e.measured++
	e.blind = 0
	warm := e.warm.leaveOut(m)
	e.hosts = 0
	for _, s := range m.New {
		e.requests += s.Requests
		e.hosts += s.Hosts
	}
	for _, x := range e.metrics {
		x.add(pair{total(warm.Old, x.count), total(warm.New, x.count)})
		x.apart.add(total(warm.Old, x.count), warm.New, x.count)
		x.placebo.add(warm.Old, x.count, len(e.metrics))
		e.notice(x)
	}
}

// notice remembers that a metric shows harm.
func (e *Evidence) notice(m *metric) {
	m.shown = m.shown || m.paths(e.threshold()) >= e.threshold()
	m.shownAlone = m.shownAlone || m.alone.worth() >= e.threshold()
	if m.shown {
		m.zone = cmp.Or(m.apart.needed(), m.zone)
	}
	e.harmed = e.harmed || m.evidence(e.threshold()) >= e.threshold()
}

// threshold is what evidence on one of the metrics must reach: alpha is shared
// among all of them.
func (e *Evidence) threshold() float64 {
	return float64(len(e.metrics)) / e.policy.Alpha
}

func (m *metric) add(p pair) {
	m.fast.add(p)
	m.check.add(p)
	m.slow.add(p)
	m.sure.add(p)
	m.failing.add(p)
	var before tally
	if n := len(m.sums); n > 0 {
		before = m.sums[n-1]
	}
	m.sums = append(m.sums, before.add(p))
}

// evidence reaches the threshold just when harm counts: one of the paths has
// shown it, and without any one zone of the new side the rest bears it out. That
// may come later, so what was shown stays shown.
func (m *metric) evidence(threshold float64) float64 {
	worth := m.paths(threshold)
	if m.shown {
		worth = max(worth, threshold)
	}
	if m.budgeted && m.failing.badly() {
		return worth
	}
	return min(worth, m.apart.least()/bornOut*threshold)
}

// paths reach the threshold just when one of them says harm: the disaster path,
// when the rates alone reach it and swap has seen persist; the slow path, when
// swap alone reaches it. After a placebo was found the larger difference must be
// certain too.
func (m *metric) paths(threshold float64) float64 {
	quick := min(m.fast.worth(), m.check.worth()/persist*threshold)
	beside := max(quick, m.slow.worth())
	if m.placebo.found != "" {
		beside = min(beside, m.sure.worth())
	}
	return max(beside, m.alone.worth())
}

// Harmed says whether harm was seen.
func (e *Evidence) Harmed() bool { return e.harmed }
