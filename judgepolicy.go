package gekko

import (
	"cmp"
	"time"
)

// AtSoakEnd says what follows a soak that ended without enough evidence.
type AtSoakEnd string

// What may follow.
const (
	PromoteUnseen AtSoakEnd = "promote" // if no guard was hurt and enough requests reached the new group
	ExtendSoak    AtSoakEnd = "extend"  // soak on until there is enough, at the longest for max-hold
	HoldForPerson AtSoakEnd = "hold"
)

// JudgePolicy is how two groups are compared: the judge part of gekko.yaml.
// The zero value of a field stands for its default (JudgePolicy.Complete).
type JudgePolicy struct {
	// Period is the unit that everything is counted in: a minute, or on the
	// embedded cloud a second.
	Period time.Duration
	// Settling is how many periods pass before the numbers of one are final.
	Settling int
	// Alpha is the chance, over all metrics and the whole soak, that a version
	// which is like the old one is called harmful; above 0, below 1.
	Alpha float64
	// SlowPath is the rate ratio, at least 1, up to which the slow path lets a
	// difference pass.
	SlowPath float64
	// Tolerance is the rate ratio, above 1, within which the new version is fine.
	Tolerance float64
	// Confidence of the bounds that "fine" is read from; above .5, below 1.
	Confidence float64
	// Blocks is how many equal parts of the soak the bounds are estimated from;
	// 4 to 48.
	Blocks int
	// Budget is the share of requests, 0 to 1, that may end in a 5xx whatever
	// the old version does.
	Budget float64
	// WarmUp is how long a new instance's numbers are left out.
	WarmUp time.Duration
	// AtSoakEnd decides when there was not enough evidence.
	AtSoakEnd AtSoakEnd
	// Least is how many settled requests must have reached the new group before
	// a release is promoted without enough evidence.
	Least int
}

// Complete puts the defaults where nothing was said.
func (p JudgePolicy) Complete() JudgePolicy {
	d := JudgePolicy{
		Period: time.Minute, Settling: 5, Alpha: 0.001, SlowPath: 2, Tolerance: 1.5,
		Confidence: 0.95, Blocks: 8, Budget: 0.001, WarmUp: 5 * time.Minute,
		AtSoakEnd: PromoteUnseen, Least: 1000,
	}
	return JudgePolicy{
		Period: cmp.Or(p.Period, d.Period), Settling: cmp.Or(p.Settling, d.Settling), Alpha: cmp.Or(p.Alpha, d.Alpha),
		SlowPath: cmp.Or(p.SlowPath, d.SlowPath), Tolerance: cmp.Or(p.Tolerance, d.Tolerance),
		Confidence: cmp.Or(p.Confidence, d.Confidence), Blocks: cmp.Or(p.Blocks, d.Blocks), Budget: cmp.Or(p.Budget, d.Budget),
		WarmUp: cmp.Or(p.WarmUp, d.WarmUp), AtSoakEnd: cmp.Or(p.AtSoakEnd, d.AtSoakEnd), Least: cmp.Or(p.Least, d.Least),
	}
}
