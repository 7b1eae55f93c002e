// Package judge compares two groups by what was counted of them, and says
// whether the new one does harm.
//
// It is pure arithmetic on settled periods: the same periods and the same policy
// give the same verdict, whoever asks and whenever. It knows nothing of clouds,
// releases or clocks.
//
// Harm is looked for every period, by bets that a version like the old one wins
// with chance alpha at most over the whole soak (stake.go, rates.go, swap.go).
// That the new version is fine is said once, when the soak is over (blocks.go).
package judge

import "time"

// Verdict is what the judge says of one metric, or of all together.
type Verdict string

// Verdicts.
const (
	Harm              Verdict = "harm"
	Fine              Verdict = "fine"
	NotEnoughEvidence Verdict = "not-enough-evidence"
	NoTelemetry       Verdict = "no-telemetry"
)

// Judgement is what the judge says after a number of periods.
type Judgement struct {
	Verdict Verdict
	At      time.Time // the period at which harm was seen, or else the last one
	Metrics []Metric
	// Measured and Missing count the periods in which both sides, or not both,
	// were measured.
	Measured, Missing int
	Blind             int     // how many of the last periods, in a row, were missing
	Requests          float64 // that reached the new group in measured periods
	Notes             []string
}

// Metric is what the judge says of one metric.
type Metric struct {
	Name             string // 5xx, slow, refused, lost
	Verdict          Verdict
	Old, New         Count
	Ratio, Low, High float64 // of the rates, new to old, with its bounds; NaN where undefined
	Evidence         float64 // of harm: it is harm when it reaches Threshold
	Threshold        float64
	Needs            float64 // about how many more requests the new group has to get to be fine; NaN: not known
	Why              string  // the rule that gave the verdict, and in numbers what is missing
	// Unproven says that it is not fine, and that there was harm which does not
	// count, as without one zone of the new version it does not show: Zone, if it
	// is known which. Somebody has to look there.
	Unproven bool
	Zone     string
}

// Count is how many of a side's requests had what a metric counts.
type Count struct {
	Requests, Events float64
}

func (c Count) plus(d Count, sign float64) Count {
	return Count{c.Requests + sign*d.Requests, c.Events + sign*d.Events}
}

// Rate is the share of the requests; 0 without any.
func (c Count) Rate() float64 {
	if c.Requests == 0 {
		return 0
	}
	return c.Events / c.Requests
}
