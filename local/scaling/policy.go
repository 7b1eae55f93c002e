package scaling

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/metrics"
	"gekko/local/scaling/policy"
	"gekko/local/wire"
)

// PutScalingPolicy adds a policy or replaces the one of its name.
func (s *Scaling) PutScalingPolicy(_ context.Context, in *autoscaling.PutScalingPolicyInput) (*autoscaling.PutScalingPolicyOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	about, err := policy.New(in)
	if err != nil {
		return nil, err
	}
	about.AutoScalingGroupName = &g.name
	p := g.policy(*in.PolicyName)
	if p != nil && p.Kind() != *about.PolicyType {
		return nil, wire.Invalid("The policy %s is of the type %s, which cannot be changed.", *in.PolicyName, p.Kind())
	}
	added := p == nil
	if added {
		p = &policy.Policy{}
		about.PolicyARN = aws.String(s.account.ARN("scalingPolicy", "autoScalingGroupName/"+g.name+":policyName/"+*in.PolicyName))
	} else {
		about.PolicyARN, about.Alarms = p.About.PolicyARN, p.About.Alarms
	}
	if *about.PolicyType == policy.TargetTracking {
		if err := g.track(&about); err != nil {
			return nil, err
		}
	}
	p.About = about
	if added {
		g.policies = append(g.policies, p)
	}
	return &autoscaling.PutScalingPolicyOutput{PolicyARN: about.PolicyARN, Alarms: about.Alarms}, nil
}

func (g *group) policy(nameOrARN string) *policy.Policy {
	for _, p := range g.policies {
		if p.Called(nameOrARN) {
			return p
		}
	}
	return nil
}

// findPolicy looks in one group, or by ARN in all.
func (s *Scaling) findPolicy(group, nameOrARN *string) (*group, *policy.Policy, error) {
	groups, err := s.oneOrAll(group)
	if err != nil {
		return nil, nil, err
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
	groups, err := s.oneOrAll(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	var all []types.ScalingPolicy
	for _, g := range groups {
		for _, p := range g.policies {
			named := len(in.PolicyNames) == 0 || slices.ContainsFunc(in.PolicyNames, p.Called)
			if named && (len(in.PolicyTypes) == 0 || slices.Contains(in.PolicyTypes, p.Kind())) {
				all = append(all, p.About)
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

func (g *group) dropPolicy(p *policy.Policy) {
	if p.Kind() == policy.TargetTracking {
		g.s.dropAlarms(&p.About)
	}
	g.policies = slices.DeleteFunc(g.policies, func(other *policy.Policy) bool { return other == p })
}

// ExecutePolicy carries a simple or a step policy out by hand.
func (s *Scaling) ExecutePolicy(_ context.Context, in *autoscaling.ExecutePolicyInput) (*autoscaling.ExecutePolicyOutput, error) {
	g, p, err := s.findPolicy(in.AutoScalingGroupName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	why := "a user request executed policy " + *p.About.PolicyName
	switch p.Kind() {
	case policy.TargetTracking:
		return nil, wire.Invalid("The policy %s is a target tracking policy, which cannot be executed.", *p.About.PolicyName)
	case policy.Step:
		if in.MetricValue == nil || in.BreachThreshold == nil {
			return nil, wire.Invalid("MetricValue and BreachThreshold are required for a policy of the type StepScaling.")
		}
		g.want(p.Step(*in.MetricValue-*in.BreachThreshold, g.size(p)), why)
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
		if p == nil || !aws.ToBool(p.About.Enabled) || !g.runs("AlarmNotification") || g.deleting {
			continue
		}
		why := "a monitor alarm " + aws.ToString(a.Alarm.AlarmName) + " in state " + string(a.Alarm.StateValue) + " triggered policy " + *p.About.PolicyName
		switch p.Kind() {
		case policy.TargetTracking:
			g.followTarget(p, a, why)
		case policy.Step:
			if a.Known {
				g.want(p.Step(a.Value-aws.ToFloat64(a.Alarm.Threshold), g.size(p)), why)
			}
		default:
			if !time.Now().Before(g.coolUntil) {
				g.adjustOnce(p, why)
			}
		}
	}
}

// warmupOf is how long a new member's figures do not count for a policy.
func (g *group) warmupOf(p *policy.Policy) time.Duration {
	switch {
	case p.About.EstimatedInstanceWarmup != nil:
		return seconds(p.About.EstimatedInstanceWarmup)
	case g.warmup != nil:
		return *g.warmup
	}
	return g.cooldown
}

// size is the group's for a policy: members whose warm-up is not over do not
// count as warm.
func (g *group) size(p *policy.Policy) policy.Size {
	z := policy.Size{Min: g.min, Max: g.max, Desired: g.desired}
	warmup := g.warmupOf(p)
	active := g.active()
	for _, m := range active {
		if m.serves() && time.Since(m.inService) >= warmup {
			z.Warm++
		}
	}
	z.Warming = z.Warm < len(active) || len(active) < g.desired
	return z
}

// adjustOnce carries a simple policy out and begins its cooldown.
func (g *group) adjustOnce(p *policy.Policy, why string) {
	wanted := p.Adjust(g.size(p))
	if wanted == g.desired {
		return
	}
	g.want(wanted, why)
	cooldown := g.cooldown
	if p.About.Cooldown != nil {
		cooldown = seconds(p.About.Cooldown)
	}
	g.coolUntil = time.Now().Add(cooldown)
}
