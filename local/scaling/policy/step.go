package policy

import (
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

// Adjust is the size that a simple policy makes of a group's.
func (p *Policy) Adjust(z Size) int {
	return z.within(p.adjusted(z.Desired, *p.About.ScalingAdjustment))
}

// Step is the size that a step policy makes of a group's for a breach of so much
// above the threshold, or below it if negative. Members that still warm up count
// as not there when it scales out, so that one breach is not answered twice; and
// keep it from scaling in.
func (p *Policy) Step(breach float64, z Size) int {
	s := stepFor(p.About.StepAdjustments, breach)
	if s == nil {
		return z.Desired
	}
	wanted := z.within(p.adjusted(z.Desired, *s.ScalingAdjustment))
	switch {
	case wanted < z.Desired && z.Warming:
		return z.Desired
	case wanted > z.Desired && z.Warming && *p.About.AdjustmentType != "ExactCapacity":
		return max(z.Desired, z.within(p.adjusted(z.Warm, *s.ScalingAdjustment)))
	}
	return wanted
}

// adjusted is the capacity that an adjustment makes of another. Percentages are
// rounded toward zero, but never to nothing.
func (p *Policy) adjusted(from int, by int32) int {
	switch *p.About.AdjustmentType {
	case "ExactCapacity":
		return int(by)
	case "ChangeInCapacity":
		return from + int(by)
	}
	change := int(math.Trunc(float64(from) * float64(by) / 100))
	least := max(1, int(aws.ToInt32(p.About.MinAdjustmentMagnitude)))
	switch {
	case by > 0:
		return from + max(change, least)
	case by < 0:
		return from + min(change, -least)
	}
	return from
}

// stepFor finds the step of a breach. Above the threshold a step holds its
// lower bound, below it its upper one.
func stepFor(steps []types.StepAdjustment, breach float64) *types.StepAdjustment {
	for i := range steps {
		low, high := bounds(steps[i])
		if breach >= 0 && low <= breach && breach < high || breach < 0 && low < breach && breach <= high {
			return &steps[i]
		}
	}
	return nil
}

func bounds(s types.StepAdjustment) (low, high float64) {
	low, high = math.Inf(-1), math.Inf(1)
	if s.MetricIntervalLowerBound != nil {
		low = *s.MetricIntervalLowerBound
	}
	if s.MetricIntervalUpperBound != nil {
		high = *s.MetricIntervalUpperBound
	}
	return low, high
}

func checkSteps(steps []types.StepAdjustment) error {
	if len(steps) == 0 || len(steps) > 20 {
		return wire.Invalid("A policy of the type StepScaling has 1 to 20 StepAdjustments, not %d.", len(steps))
	}
	for i, s := range steps {
		low, high := bounds(s)
		if s.ScalingAdjustment == nil || low >= high {
			return wire.Invalid("A step needs a ScalingAdjustment, and a lower bound below its upper one.")
		}
		for _, other := range steps[:i] {
			otherLow, otherHigh := bounds(other)
			if low < otherHigh && otherLow < high {
				return wire.Invalid("StepAdjustment intervals can't overlap")
			}
		}
	}
	return nil
}
