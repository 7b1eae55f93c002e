package judge

import (
	"fmt"
	"math"
	"strconv"

	"gekko"
)

// Judge says what the periods so far come to. Harm is told at any time; that a
// metric is fine only when the soak is over.
func (e *Evidence) Judge(over bool) Judgement {
	j := Judgement{
		Verdict: Fine, At: e.at,
		Measured: e.measured, Missing: e.missing, Blind: e.blind, Requests: e.requests,
		Notes: e.notes(),
	}
	blind := e.measured == 0 || 2*e.measured < e.measured+e.missing
	for _, m := range e.metrics {
		x := e.metric(m, over, blind)
		if m.shown && !x.Unproven && x.Verdict != Harm {
			j.Notes = append(j.Notes, x.Name+": there was "+unproven(m.zone))
		}
		j.Metrics = append(j.Metrics, x)
	}
	switch {
	case e.harmed:
		j.Verdict = Harm
	case blind:
		j.Verdict = NoTelemetry
	case len(j.Metrics) == 0:
		j.Verdict = NotEnoughEvidence
	default:
		for _, m := range j.Metrics {
			if m.Verdict != Fine {
				j.Verdict = NotEnoughEvidence
			}
		}
	}
	return j
}

func (e *Evidence) metric(m *metric, over, blind bool) Metric {
	b := boundsOf(m.sums, e.policy.Blocks, e.policy.Confidence, e.quantile)
	var all tally
	if len(m.sums) > 0 {
		all = m.sums[len(m.sums)-1]
	}
	j := Metric{
		Name: m.name, Old: all.old, New: all.new, Ratio: all.ratio(), Low: b.low, High: b.high,
		Evidence: m.evidence(e.threshold()), Threshold: e.threshold(), Needs: math.NaN(),
	}
	var why string
	j.Verdict, why = e.fine(m, j, b)
	switch {
	case j.Evidence >= j.Threshold:
		j.Verdict, j.Why = Harm, m.harm(j)
	case blind:
		j.Verdict, j.Why = NoTelemetry, "too few periods in which both sides were measured"
	case m.shownAlone || m.shown && j.Verdict != Fine:
		j.Unproven, j.Zone = true, m.zone
		j.Verdict, j.Why = NotEnoughEvidence, unproven(j.Zone)
	case j.Verdict != Fine:
		j.Needs = e.needs(m, j)
		j.Why = why + missing(j.Needs)
	case !over:
		j.Verdict, j.Why = NotEnoughEvidence, "so far "+why+", but the soak is not over"
	default:
		j.Why = why
	}
	return j
}

// unproven says what harm is that needs a certain zone to show.
func unproven(zone string) string {
	if zone == "" {
		return "harm, but it does not show in two zones of the new version"
	}
	return fmt.Sprintf("harm in zone %s alone: a bad host, or a zone's trouble: look there", zone)
}

// harm says what the evidence of harm is.
func (m *metric) harm(j Metric) string {
	seen, when := j.New, ""
	if m.alone.worth() >= j.Threshold {
		seen, when = m.alone.seen, " over the soak"
	}
	return fmt.Sprintf("%s of the new version's requests %s, %s of the old one's%s",
		share(seen), m.of, share(j.Old), when)
}

// fine says whether a metric is fine as far as it was seen, and by which rule.
func (e *Evidence) fine(m *metric, j Metric, b bounds) (Verdict, string) {
	none := j.Old.Events == 0 && j.New.Events == 0
	switch {
	case j.New.Requests == 0 || j.Old.Requests == 0:
		return NotEnoughEvidence, "no requests to compare"
	case !b.blocks:
		return NotEnoughEvidence, fmt.Sprintf("fewer than %d periods were measured", e.policy.Blocks)
	case b.high <= e.policy.Tolerance:
		return Fine, fmt.Sprintf("at most %s times the old version's rate, and %s is within tolerance", short(b.high), short(e.policy.Tolerance))
	case (m.budgeted || none) && b.rate <= e.policy.Budget:
		return Fine, fmt.Sprintf("at most %s of the requests, and %s is within budget", percent(b.rate), percent(e.policy.Budget))
	case math.IsInf(b.high, 1):
		return NotEnoughEvidence, "its requests came in too small a part of the soak"
	case none:
		return NotEnoughEvidence, "none seen on either side, of too few requests"
	}
	return NotEnoughEvidence, fmt.Sprintf("it may be %s times the old version's rate, and %s is the tolerance", short(b.high), short(e.policy.Tolerance))
}

// needs is about how many more requests the new group must get for the metric
// to be fine, if it goes on as it is; NaN if no number will do.
func (e *Evidence) needs(m *metric, j Metric) float64 {
	need := math.NaN()
	if p := j.Old.Rate(); p > 0 && !(j.Ratio >= e.policy.Tolerance) {
		total := certifies(e.policy, j.New.Requests/j.Old.Requests) / p
		if r := math.Log(j.Ratio); total <= j.New.Requests && j.High > j.Ratio {
			// Enough by the plan, yet minutes are more uneven than chance makes
			// them; the bound narrows with the root of the number.
			short := (math.Log(j.High) - r) / (math.Log(e.policy.Tolerance) - r)
			total = j.New.Requests * short * short
		}
		need = total - j.New.Requests
	}
	if p := j.New.Rate(); p < e.policy.Budget && (m.budgeted || j.Old.Events+j.New.Events == 0) {
		need = fewest(need, withinBudget(p, e.policy)-j.New.Requests)
	}
	if need < 0 {
		return 0 // it is not requests that are missing
	}
	return need
}

// fourOfFive is the normal quantile of .8.
const fourOfFive = 0.8416

// certifies is how many events the new group must be expected to have, at the
// old one's rate, to be found within tolerance four times out of five; share is
// its requests over the old group's.
func certifies(p gekko.JudgePolicy, share float64) float64 {
	d := (student(p.Confidence, p.Blocks-1) + fourOfFive) / math.Log(p.Tolerance)
	return d * d * (1 + share)
}

// withinBudget is how many requests at a rate show that it is within budget.
func withinBudget(rate float64, p gekko.JudgePolicy) float64 {
	low, high := 0.0, math.Log(1e15)
	for range 60 {
		mid := (low + high) / 2
		if n := math.Exp(mid); mostEvents(rate*n, p.Confidence) > p.Budget*n {
			low = mid
		} else {
			high = mid
		}
	}
	return math.Exp(high)
}

// fewest is the lesser of two numbers, of which either may not be known.
func fewest(a, b float64) float64 {
	if math.IsNaN(a) || b < a {
		return b
	}
	return a
}

func missing(needs float64) string {
	switch {
	case math.IsNaN(needs):
		return ""
	case needs < 1:
		return "; a little more will do"
	}
	return fmt.Sprintf("; about %.0f more requests are missing", needs)
}

// share is a count in words: 12 of 340 (3.5 %).
func share(c Count) string {
	return fmt.Sprintf("%.0f of %.0f (%s)", c.Events, c.Requests, percent(c.Rate()))
}

func percent(rate float64) string { return short(100*rate) + " %" }

// short is a number to three digits.
func short(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }
