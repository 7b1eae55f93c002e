// Package policy is what a scaling policy says: to what size a group should go
// when an alarm or a caller asks. It is arithmetic on the group's figures, and
// sets neither sizes nor alarms.
package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

// Kinds of policies.
const (
	Simple         = "SimpleScaling"
	Step           = "StepScaling"
	TargetTracking = "TargetTrackingScaling"
)

// Policy is one of a group.
type Policy struct {
	About     types.ScalingPolicy
	CalmUntil time.Time // a target tracking policy scales in no sooner
}

// Size is what a group has and may have.
type Size struct {
	Min, Max, Desired int
	Warm              int  // members whose figures count
	Warming           bool // others are on their way
}

func (z Size) within(n int) int { return max(z.Min, min(n, z.Max)) }

// Called tells whether the policy has that name or ARN.
func (p *Policy) Called(nameOrARN string) bool {
	return *p.About.PolicyName == nameOrARN || *p.About.PolicyARN == nameOrARN
}

// Kind is the policy's type.
func (p *Policy) Kind() string { return *p.About.PolicyType }

// New checks what is asked for by itself. The policy has no ARN and no alarms.
func New(in *autoscaling.PutScalingPolicyInput) (types.ScalingPolicy, error) {
	about := types.ScalingPolicy{
		PolicyName: in.PolicyName, PolicyType: in.PolicyType, Enabled: aws.Bool(in.Enabled == nil || *in.Enabled),
		AdjustmentType: in.AdjustmentType, ScalingAdjustment: in.ScalingAdjustment, StepAdjustments: in.StepAdjustments,
		MinAdjustmentMagnitude: in.MinAdjustmentMagnitude, Cooldown: in.Cooldown,
		EstimatedInstanceWarmup: in.EstimatedInstanceWarmup, MetricAggregationType: in.MetricAggregationType,
		TargetTrackingConfiguration: in.TargetTrackingConfiguration,
	}
	if about.PolicyType == nil {
		about.PolicyType = aws.String(Simple)
	}
	adjusted := slices.Contains(AdjustmentTypes(), aws.ToString(in.AdjustmentType))
	switch kind := *about.PolicyType; {
	case aws.ToString(in.PolicyName) == "":
		return about, wire.Invalid("PolicyName is required")
	case kind == "PredictiveScaling":
		return about, wire.Errorf("UnsupportedOperation", "Predictive scaling is not supported here; use TargetTrackingScaling.")
	case kind == TargetTracking:
		if c := in.TargetTrackingConfiguration; c == nil || c.TargetValue == nil || *c.TargetValue <= 0 {
			return about, wire.Invalid("A policy of the type %s needs a TargetTrackingConfiguration with a TargetValue above 0.", kind)
		}
		if in.AdjustmentType != nil || in.ScalingAdjustment != nil || len(in.StepAdjustments) > 0 {
			return about, wire.Invalid("A policy of the type %s has no adjustments.", kind)
		}
		return about, nil
	case kind != Simple && kind != Step:
		return about, wire.Invalid("The policy type %s is not valid.", kind)
	case !adjusted:
		return about, wire.Invalid("AdjustmentType must be one of %s.", strings.Join(AdjustmentTypes(), ", "))
	case kind == Simple && (in.ScalingAdjustment == nil || len(in.StepAdjustments) > 0):
		return about, wire.Invalid("A policy of the type SimpleScaling needs a ScalingAdjustment and no StepAdjustments.")
	case kind == Step && (in.ScalingAdjustment != nil || in.Cooldown != nil):
		return about, wire.Invalid("A policy of the type StepScaling has neither a ScalingAdjustment nor a Cooldown.")
	case kind == Step:
		return about, checkSteps(in.StepAdjustments)
	}
	return about, nil
}

// AdjustmentTypes lists how a policy can change a capacity.
func AdjustmentTypes() []string {
	return []string{"ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"}
}
