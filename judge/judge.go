// Package judge compares two groups by what was counted of them, and says
// whether the new one does harm.
//
// It is pure arithmetic on settled periods: the same periods and the same policy
// give the same verdict, whoever asks and whenever. It knows nothing of clouds,
// releases or clocks.
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
	Requests          float64 // that reached the new group in measured periods
}

// Metric is what the judge says of one metric.
type Metric struct {
	Name             string // 5xx, slow, refused, lost
	Verdict          Verdict
	Ratio, Low, High float64 // of the rates, new to old, with its bounds; NaN where undefined
	Evidence         float64 // of harm, against Threshold
	Threshold        float64
	Why              string // the rule that gave the verdict, and in numbers what is missing
}
