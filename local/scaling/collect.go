package scaling

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

func collectedMetrics() []string {
	return []string{
		"GroupDesiredCapacity", "GroupInServiceCapacity", "GroupInServiceInstances", "GroupMaxSize", "GroupMinSize",
		"GroupPendingCapacity", "GroupPendingInstances", "GroupStandbyCapacity", "GroupStandbyInstances",
		"GroupTerminatingCapacity", "GroupTerminatingInstances", "GroupTotalCapacity", "GroupTotalInstances",
	}
}

// EnableMetricsCollection records metrics of a group each minute; all if none
// is named.
func (s *Scaling) EnableMetricsCollection(_ context.Context, in *autoscaling.EnableMetricsCollectionInput) (*autoscaling.EnableMetricsCollectionOutput, error) {
	if aws.ToString(in.Granularity) != "1Minute" {
		return nil, wire.Invalid("Invalid granularity %q: the only valid value is 1Minute", aws.ToString(in.Granularity))
	}
	g, named, err := s.metricsOf(in.AutoScalingGroupName, in.Metrics)
	if err != nil {
		return nil, err
	}
	for _, metric := range named {
		g.collected[metric] = true
	}
	return &autoscaling.EnableMetricsCollectionOutput{}, nil
}

// DisableMetricsCollection stops recording metrics; all if none is named.
func (s *Scaling) DisableMetricsCollection(_ context.Context, in *autoscaling.DisableMetricsCollectionInput) (*autoscaling.DisableMetricsCollectionOutput, error) {
	g, named, err := s.metricsOf(in.AutoScalingGroupName, in.Metrics)
	if err != nil {
		return nil, err
	}
	for _, metric := range named {
		delete(g.collected, metric)
	}
	return &autoscaling.DisableMetricsCollectionOutput{}, nil
}

func (s *Scaling) metricsOf(name *string, named []string) (*group, []string, error) {
	g, err := s.find(name)
	if err != nil {
		return nil, nil, err
	}
	for _, metric := range named {
		if !slices.Contains(collectedMetrics(), metric) {
			return nil, nil, wire.Invalid("Invalid metric %s", metric)
		}
	}
	if len(named) == 0 {
		named = collectedMetrics()
	}
	return g, named, nil
}

// collect records the enabled metrics of all groups.
func (s *Scaling) collect() {
	now := time.Now()
	for _, g := range s.groups {
		if len(g.collected) == 0 {
			continue
		}
		dims := map[string]string{"AutoScalingGroupName": g.name}
		for metric, value := range g.figures() {
			if g.collected[metric] {
				s.o.Metrics.Add("AWS/AutoScaling", metric, "None", dims, now, float64(value), 1)
			}
		}
	}
}

func (g *group) figures() map[string]int {
	inService, pending, standby, ending := 0, 0, 0, 0
	for _, m := range g.members {
		switch m.state {
		case types.LifecycleStateInService:
			inService++
		case types.LifecycleStatePending, types.LifecycleStatePendingWait:
			pending++
		case types.LifecycleStateStandby, types.LifecycleStateEnteringStandby:
			standby++
		default:
			ending++
		}
	}
	return map[string]int{
		"GroupDesiredCapacity": g.desired, "GroupMinSize": g.min, "GroupMaxSize": g.max,
		"GroupInServiceCapacity": inService, "GroupInServiceInstances": inService,
		"GroupPendingCapacity": pending, "GroupPendingInstances": pending,
		"GroupStandbyCapacity": standby, "GroupStandbyInstances": standby,
		"GroupTerminatingCapacity": ending, "GroupTerminatingInstances": ending,
		"GroupTotalCapacity": len(g.members), "GroupTotalInstances": len(g.members),
	}
}
