package scaling

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/metrics"
	"gekko/local/wire"
)

// Kinds of policies.
const (
	simpleScaling  = "SimpleScaling"
	stepScaling    = "StepScaling"
	targetTracking = "TargetTrackingScaling"
)

// policy changes a group's desired capacity when an alarm or a caller says so.
type policy struct {
	about     types.ScalingPolicy
	calmUntil time.Time // a target tracking policy scales in no sooner
}

// PutScalingPolicy adds a policy or replaces the one of its name.
func (s *Scaling) PutScalingPolicy(_ context.Context, in *autoscaling.PutScalingPolicyInput) (*autoscaling.PutScalingPolicyOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	about, err := newPolicy(in)
	if err != nil {
		return nil, err
	}
	about.AutoScalingGroupName = &g.name
	p := g.policy(*in.PolicyName)
	if p != nil && *p.about.PolicyType != *about.PolicyType {
		return nil, wire.Invalid("The policy %s is of the type %s, which cannot be changed.", *in.PolicyName, *p.about.PolicyType)
	}
	added := p == nil
	if added {
		p = &policy{}
		about.PolicyARN = aws.String(s.account.ARN("scalingPolicy", "autoScalingGroupName/"+g.name+":policyName/"+*in.PolicyName))
	} else {
		about.PolicyARN, about.Alarms = p.about.PolicyARN, p.about.Alarms
	}
	if *about.PolicyType == targetTracking {
		if err := g.track(&about); err != nil {
			return nil, err
		}
	}
	p.about = about
	if added {
		g.policies = append(g.policies, p)
	}
	return &autoscaling.PutScalingPolicyOutput{PolicyARN: about.PolicyARN, Alarms: about.Alarms}, nil
}

// newPolicy checks a policy by itself.
func newPolicy(in *autoscaling.PutScalingPolicyInput) (types.ScalingPolicy, error) {
	about := types.ScalingPolicy{
		PolicyName: in.PolicyName, PolicyType: in.PolicyType, Enabled: aws.Bool(in.Enabled == nil || *in.Enabled),
		AdjustmentType: in.AdjustmentType, ScalingAdjustment: in.ScalingAdjustment, StepAdjustments: in.StepAdjustments,
		MinAdjustmentMagnitude: in.MinAdjustmentMagnitude, Cooldown: in.Cooldown,
		EstimatedInstanceWarmup: in.EstimatedInstanceWarmup, MetricAggregationType: in.MetricAggregationType,
		TargetTrackingConfiguration: in.TargetTrackingConfiguration,
	}
	if about.PolicyType == nil {
		about.PolicyType = aws.String(simpleScaling)
	}
	adjusted := slices.Contains(adjustmentTypes(), aws.ToString(in.AdjustmentType))
	switch kind := *about.PolicyType; {
	case aws.ToString(in.PolicyName) == "":
		return about, wire.Invalid("PolicyName is required")
	case kind == "PredictiveScaling":
		return about, wire.Errorf("UnsupportedOperation", "Predictive scaling is not supported here; use TargetTrackingScaling.")
	case kind == targetTracking:
		if c := in.TargetTrackingConfiguration; c == nil || c.TargetValue == nil || *c.TargetValue <= 0 {
			return about, wire.Invalid("A policy of the type %s needs a TargetTrackingConfiguration with a TargetValue above 0.", kind)
		}
		if in.AdjustmentType != nil || in.ScalingAdjustment != nil || len(in.StepAdjustments) > 0 {
			return about, wire.Invalid("A policy of the type %s has no adjustments.", kind)
		}
		return about, nil
	case kind != simpleScaling && kind != stepScaling:
		return about, wire.Invalid("The policy type %s is not valid.", kind)
	case !adjusted:
		return about, wire.Invalid("AdjustmentType must be one of %s.", strings.Join(adjustmentTypes(), ", "))
	case kind == simpleScaling && (in.ScalingAdjustment == nil || len(in.StepAdjustments) > 0):
		return about, wire.Invalid("A policy of the type SimpleScaling needs a ScalingAdjustment and no StepAdjustments.")
	case kind == stepScaling && (in.ScalingAdjustment != nil || in.Cooldown != nil):
		return about, wire.Invalid("A policy of the type StepScaling has neither a ScalingAdjustment nor a Cooldown.")
	case kind == stepScaling:
		return about, checkSteps(in.StepAdjustments)
	}
	return about, nil
}

func adjustmentTypes() []string {
	return []string{"ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"}
}

func (g *group) policy(nameOrARN string) *policy {
	for _, p := range g.policies {
		if *p.about.PolicyName == nameOrARN || *p.about.PolicyARN == nameOrARN {
			return p
		}
	}
	return nil
}

// findPolicy looks in one group, or by ARN in all.
func (s *Scaling) findPolicy(group, nameOrARN *string) (*group, *policy, error) {
	groups := s.inOrder()
	if group != nil {
		g, err := s.find(group)
		if err != nil {
			return nil, nil, err
		}
		groups = groups[:0]
		groups = append(groups, g)
	}
	for _, g := range groups {
		if p := g.policy(aws.ToString(nameOrARN)); p != nil {
			return g, p, nil
		}
	}
	return nil, nil, wire.Invalid("PolicyName not found - %s", aws.ToString(nameOrARN))
}

// DescribePolicies lists policies by group, name or type.
func (s *Scaling) DescribePolicies(_ context.Context, in *autoscaling.DescribePoliciesInput) (*autoscaling.DescribePoliciesOutput, error) {
	groups := s.inOrder()
	if in.AutoScalingGroupName != nil {
		g, err := s.find(in.AutoScalingGroupName)
		if err != nil {
			return nil, err
		}
		groups = append(groups[:0], g)
	}
	var all []types.ScalingPolicy
	for _, g := range groups {
		for _, p := range g.policies {
			named := len(in.PolicyNames) == 0 || slices.Contains(in.PolicyNames, *p.about.PolicyName) || slices.Contains(in.PolicyNames, *p.about.PolicyARN)
			if named && (len(in.PolicyTypes) == 0 || slices.Contains(in.PolicyTypes, *p.about.PolicyType)) {
				all = append(all, p.about)
			}
		}
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxRecords, 100)
	if err != nil {
		return nil, err
	}
	return &autoscaling.DescribePoliciesOutput{ScalingPolicies: page, NextToken: next}, nil
}

// DeletePolicy deletes a policy, and the alarms that it made.
func (s *Scaling) DeletePolicy(_ context.Context, in *autoscaling.DeletePolicyInput) (*autoscaling.DeletePolicyOutput, error) {
	g, p, err := s.findPolicy(in.AutoScalingGroupName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	g.dropPolicy(p)
	return &autoscaling.DeletePolicyOutput{}, nil
}

func (g *group) dropPolicy(p *policy) {
	if *p.about.PolicyType == targetTracking {
		g.s.dropAlarms(&p.about)
	}
	g.policies = slices.DeleteFunc(g.policies, func(other *policy) bool { return other == p })
}

// ExecutePolicy carries a simple or a step policy out by hand.
func (s *Scaling) ExecutePolicy(_ context.Context, in *autoscaling.ExecutePolicyInput) (*autoscaling.ExecutePolicyOutput, error) {
	g, p, err := s.findPolicy(in.AutoScalingGroupName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	why := "a user request executed policy " + *p.about.PolicyName
	switch *p.about.PolicyType {
	case targetTracking:
		return nil, wire.Invalid("The policy %s is a target tracking policy, which cannot be executed.", *p.about.PolicyName)
	case stepScaling:
		if in.MetricValue == nil || in.BreachThreshold == nil {
			return nil, wire.Invalid("MetricValue and BreachThreshold are required for a policy of the type StepScaling.")
		}
		g.step(p, *in.MetricValue-*in.BreachThreshold, why)
	default:
		if aws.ToBool(in.HonorCooldown) && time.Now().Before(g.coolUntil) {
			return nil, wire.Errorf("ScalingActivityInProgress", "The group %s is in its cooldown until %s.", g.name, g.coolUntil.UTC().Format(time.RFC3339))
		}
		g.adjustOnce(p, why)
	}
	return &autoscaling.ExecutePolicyOutput{}, nil
}

// alarmed hears of the actions of all alarms.
func (s *Scaling) alarmed(a metrics.Action) {
	for _, g := range s.groups {
		p := g.policy(a.ARN)
		if p == nil || !aws.ToBool(p.about.Enabled) || !g.runs("AlarmNotification") || g.deleting {
			continue
		}
		why := "a monitor alarm " + aws.ToString(a.Alarm.AlarmName) + " in state " + string(a.Alarm.StateValue) + " triggered policy " + *p.about.PolicyName
		switch *p.about.PolicyType {
		case targetTracking:
			g.followTarget(p, a, why)
		case stepScaling:
			if a.Known {
				g.step(p, a.Value-aws.ToFloat64(a.Alarm.Threshold), why)
			}
		default:
			if !time.Now().Before(g.coolUntil) {
				g.adjustOnce(p, why)
			}
		}
	}
}

// warmupOf is how long a new member's figures do not count for a policy.
func (g *group) warmupOf(p *policy) time.Duration {
	switch {
	case p.about.EstimatedInstanceWarmup != nil:
		return seconds(p.about.EstimatedInstanceWarmup)
	case g.warmup != nil:
		return *g.warmup
	}
	return g.cooldown
}

// warm counts the members whose warm-up for a policy is over; warming tells
// whether any other is on its way.
func (g *group) warm(p *policy) (n int, warming bool) {
	warmup := g.warmupOf(p)
	for _, m := range g.active() {
		if m.serves() && time.Since(m.inService) >= warmup {
			n++
		} else {
			warming = true
		}
	}
	return n, warming || len(g.active()) < g.desired
}
