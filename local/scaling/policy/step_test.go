package policy

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

func TestAnAdjustmentStaysWithinTheBoundsOfItsGroup(t *testing.T) {
	for _, row := range []struct {
		kind       string
		by, least  int32
		from, want int
	}{
		{kind: "ExactCapacity", by: 7, from: 4, want: 7},
		{kind: "ExactCapacity", by: 70, from: 4, want: 20},
		{kind: "ChangeInCapacity", by: 3, from: 4, want: 7},
		{kind: "ChangeInCapacity", by: -3, from: 4, want: 2},
		{kind: "PercentChangeInCapacity", by: 50, from: 5, want: 7},
		{kind: "PercentChangeInCapacity", by: 10, from: 5, want: 6},
		{kind: "PercentChangeInCapacity", by: -10, from: 5, want: 4},
		{kind: "PercentChangeInCapacity", by: 10, least: 4, from: 5, want: 9},
		{kind: "PercentChangeInCapacity", by: 0, least: 4, from: 5, want: 5},
	} {
		p := &Policy{About: types.ScalingPolicy{AdjustmentType: &row.kind, ScalingAdjustment: &row.by, MinAdjustmentMagnitude: &row.least}}
		if got := p.Adjust(Size{Min: 2, Max: 20, Desired: row.from}); got != row.want {
			t.Errorf("%s of %d makes %d of %d, want %d", row.kind, row.by, got, row.from, row.want)
		}
	}
}

func TestMembersThatWarmUpAreNotThereForAStep(t *testing.T) {
	p := &Policy{About: types.ScalingPolicy{
		AdjustmentType: aws.String("ChangeInCapacity"),
		StepAdjustments: []types.StepAdjustment{
			{MetricIntervalUpperBound: aws.Float64(0), ScalingAdjustment: aws.Int32(-1)},
			{MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(10), ScalingAdjustment: aws.Int32(2)},
			{MetricIntervalLowerBound: aws.Float64(10), ScalingAdjustment: aws.Int32(5)},
		},
	}}
	still := Size{Max: 20, Desired: 6, Warm: 6}
	moving := Size{Max: 20, Desired: 6, Warm: 3, Warming: true}
	for _, row := range []struct {
		breach float64
		size   Size
		want   int
	}{
		{0, still, 8},
		{9.9, still, 8},
		{10, still, 11},
		{-1, still, 5},
		{0, moving, 6},
		{10, moving, 8},
		{-1, moving, 6},
	} {
		if got := p.Step(row.breach, row.size); got != row.want {
			t.Errorf("a breach of %v makes %d of %+v, want %d", row.breach, got, row.size, row.want)
		}
	}
}

func TestAGroupFollowsItsTargetInProportion(t *testing.T) {
	p := &Policy{About: types.ScalingPolicy{TargetTrackingConfiguration: &types.TargetTrackingConfiguration{TargetValue: aws.Float64(50)}}}
	size := Size{Min: 1, Max: 12, Desired: 6, Warm: 6}
	warming := Size{Min: 1, Max: 12, Desired: 6, Warm: 4, Warming: true}
	for _, row := range []struct {
		value float64
		above bool
		size  Size
		want  int
	}{
		{75, true, size, 9},
		{200, true, size, 12},
		{40, true, size, 6},
		{20, false, size, 3},
		{60, false, size, 6},
		{20, false, warming, 6},
		{75, true, warming, 6},
		{90, true, warming, 8},
		{75, true, Size{Max: 12, Desired: 6}, 6},
	} {
		if got := p.Follow(row.value, row.above, row.size); got != row.want {
			t.Errorf("%v (above: %v) makes %d of %+v, want %d", row.value, row.above, got, row.size, row.want)
		}
	}
}
