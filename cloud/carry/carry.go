// Package carry is what a new group takes over from the live one: settings, tags,
// hooks, scaling policies with their alarms, scheduled actions. It tells too what
// cannot be taken over, and how two groups differ.
package carry

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/evidence"
	"gekko/cloud/groups"
)

// tracked is how the policies begin that Track makes. Each snapshot's plan
// decides on them, so they are not carried over.
const tracked = "gekko-"

// Carrier takes over to a new group what the live one has.
type Carrier struct {
	groups      *groups.Groups
	autoscaling *autoscaling.Client
	cloudwatch  *cloudwatch.Client
}

// New makes a carrier of the clients that it calls.
func New(g *groups.Groups, a *autoscaling.Client, c *cloudwatch.Client) *Carrier {
	return &Carrier{groups: g, autoscaling: a, cloudwatch: c}
}

// CarryOver gives a group the scaling policies of another, with their alarms,
// and its scheduled actions, none of which sets fewer instances than are least.
// All have names, so doing it again changes nothing.
func (c *Carrier) CarryOver(ctx context.Context, f gekko.Fleet, from, to gekko.GroupName, least int) error {
	r := rewriting(f, from, to)
	policies, err := c.policies(ctx, from)
	if err != nil {
		return err
	}
	for _, p := range policies {
		if travels(p) {
			if err := c.carryPolicy(ctx, r, p); err != nil {
				return err
			}
		}
	}
	return c.carrySchedule(ctx, from, to, least)
}

func (c *Carrier) carryPolicy(ctx context.Context, r rewrite, p types.ScalingPolicy) error {
	out, err := c.autoscaling.PutScalingPolicy(ctx, r.policy(p))
	if err != nil {
		return answer.Named(fmt.Sprintf("scaling policy %s of group %s", aws.ToString(p.PolicyName), r.to), err)
	}
	alarms, err := c.alarmsOf(ctx, p)
	if err != nil {
		return err
	}
	r.arns[aws.ToString(p.PolicyARN)] = aws.ToString(out.PolicyARN)
	for _, a := range alarms {
		if _, err := c.cloudwatch.PutMetricAlarm(ctx, r.alarm(a)); err != nil {
			return answer.Named("alarm "+r.alarmName(aws.ToString(a.AlarmName)), err)
		}
	}
	return nil
}

// travels says whether a policy of a live group is put on a new one too.
func travels(p types.ScalingPolicy) bool {
	return aws.ToString(p.PolicyType) != "PredictiveScaling" && !strings.HasPrefix(aws.ToString(p.PolicyName), tracked)
}

func (c *Carrier) policies(ctx context.Context, name gekko.GroupName) ([]types.ScalingPolicy, error) {
	var all []types.ScalingPolicy
	in := &autoscaling.DescribePoliciesInput{AutoScalingGroupName: aws.String(string(name)), MaxRecords: aws.Int32(100)}
	for pages := autoscaling.NewDescribePoliciesPaginator(c.autoscaling, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, answer.Named("scaling policies of group "+string(name), err)
		}
		all = append(all, page.ScalingPolicies...)
	}
	return all, nil
}

// Scales says whether a group has a policy that changes its size.
func (c *Carrier) Scales(ctx context.Context, name gekko.GroupName) (bool, error) {
	policies, err := c.policies(ctx, name)
	for _, p := range policies {
		if p.Enabled == nil || *p.Enabled {
			return true, err
		}
	}
	return false, err
}

// rewrite turns what belongs to one group into the same of another.
type rewrite struct {
	from, to         string
	fromPool, toPool string            // as dimensions; empty: they have none
	arns             map[string]string // of policies
}

func rewriting(f gekko.Fleet, from, to gekko.GroupName) rewrite {
	r := rewrite{from: string(from), to: string(to), arns: map[string]string{}}
	a, inOne := f.PoolOf(from)
	b, inAnother := f.PoolOf(to)
	if inOne && inAnother {
		r.fromPool, r.toPool = evidence.PoolDimension(a.ID), evidence.PoolDimension(b.ID)
	}
	return r
}

// value is that of a dimension.
func (r rewrite) value(s *string) *string {
	switch {
	case s == nil:
		return nil
	case *s == r.from:
		return &r.to
	case *s == r.fromPool && *s != "":
		return &r.toPool
	}
	return s
}

// text is a label or an expression, in which names are parts.
func (r rewrite) text(s *string) *string {
	if s == nil {
		return nil
	}
	text := strings.ReplaceAll(*s, `"`+r.from+`"`, `"`+r.to+`"`)
	if r.fromPool != "" {
		text = strings.ReplaceAll(text, r.fromPool, r.toPool)
	}
	return &text
}

// policy asks for the same policy on the other group.
func (r rewrite) policy(p types.ScalingPolicy) *autoscaling.PutScalingPolicyInput {
	in := &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName: &r.to, PolicyName: p.PolicyName, PolicyType: p.PolicyType, Enabled: p.Enabled,
		AdjustmentType: p.AdjustmentType, ScalingAdjustment: p.ScalingAdjustment, StepAdjustments: p.StepAdjustments,
		MinAdjustmentMagnitude: p.MinAdjustmentMagnitude, Cooldown: p.Cooldown,
		EstimatedInstanceWarmup: p.EstimatedInstanceWarmup, MetricAggregationType: p.MetricAggregationType,
	}
	if p.TargetTrackingConfiguration != nil {
		in.TargetTrackingConfiguration = r.tracking(*p.TargetTrackingConfiguration)
	}
	return in
}

func (r rewrite) tracking(t types.TargetTrackingConfiguration) *types.TargetTrackingConfiguration {
	if p := t.PredefinedMetricSpecification; p != nil {
		t.PredefinedMetricSpecification = &types.PredefinedMetricSpecification{
			PredefinedMetricType: p.PredefinedMetricType, ResourceLabel: r.text(p.ResourceLabel),
		}
	}
	if t.CustomizedMetricSpecification != nil {
		custom := *t.CustomizedMetricSpecification
		custom.Dimensions = r.dimensions(custom.Dimensions)
		custom.Metrics = nil
		for _, q := range t.CustomizedMetricSpecification.Metrics {
			if q.MetricStat != nil && q.MetricStat.Metric != nil {
				stat, metric := *q.MetricStat, *q.MetricStat.Metric
				metric.Dimensions = r.dimensions(metric.Dimensions)
				stat.Metric = &metric
				q.MetricStat = &stat
			}
			q.Expression = r.text(q.Expression)
			custom.Metrics = append(custom.Metrics, q)
		}
		t.CustomizedMetricSpecification = &custom
	}
	return &t
}

func (r rewrite) dimensions(all []types.MetricDimension) []types.MetricDimension {
	var rewritten []types.MetricDimension
	for _, d := range all {
		rewritten = append(rewritten, types.MetricDimension{Name: d.Name, Value: r.value(d.Value)})
	}
	return rewritten
}
