package scaling

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"gekko/local/wire"
)

// SetDesiredCapacity sets the size that a group keeps, within its bounds.
func (s *Scaling) SetDesiredCapacity(_ context.Context, in *autoscaling.SetDesiredCapacityInput) (*autoscaling.SetDesiredCapacityOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	desired := int(aws.ToInt32(in.DesiredCapacity))
	switch {
	case in.DesiredCapacity == nil:
		return nil, wire.Invalid("DesiredCapacity is required")
	case desired > g.max:
		return nil, wire.Invalid("New SetDesiredCapacity value %d is above max value %d for the AutoScalingGroup.", desired, g.max)
	case desired < g.min:
		return nil, wire.Invalid("New SetDesiredCapacity value %d is below min value %d for the AutoScalingGroup.", desired, g.min)
	case aws.ToBool(in.HonorCooldown) && time.Now().Before(g.coolUntil):
		return nil, wire.Errorf("ScalingActivityInProgress", "A scaling activity of the group %s is in its cooldown until %s and blocks this action.", g.name, g.coolUntil.UTC().Format(time.RFC3339))
	}
	g.want(desired, "a user request explicitly set group desired capacity")
	return &autoscaling.SetDesiredCapacityOutput{}, nil
}

// TerminateInstanceInAutoScalingGroup ends one member, and the place that it
// took if asked to.
func (s *Scaling) TerminateInstanceInAutoScalingGroup(_ context.Context, in *autoscaling.TerminateInstanceInAutoScalingGroupInput) (*autoscaling.TerminateInstanceInAutoScalingGroupOutput, error) {
	g, m := s.holder(aws.ToString(in.InstanceId))
	if m == nil {
		return nil, unknownInstance(aws.ToString(in.InstanceId))
	}
	if in.ShouldDecrementDesiredCapacity == nil {
		return nil, wire.Invalid("ShouldDecrementDesiredCapacity is required")
	}
	if m.ending() {
		a := *m.activity
		return &autoscaling.TerminateInstanceInAutoScalingGroupOutput{Activity: &a}, nil
	}
	less, err := g.giveUp(1, *in.ShouldDecrementDesiredCapacity && m.counts())
	if err != nil {
		return nil, err
	}
	a := *g.leave(m, at("instance %s was taken out of service in response to a user request%s.", m.id, less))
	return &autoscaling.TerminateInstanceInAutoScalingGroupOutput{Activity: &a}, nil
}

// giveUp lowers the desired capacity by n places if asked to, and words it for
// a cause.
func (g *group) giveUp(n int, lower bool) (string, error) {
	if !lower {
		return "", nil
	}
	if g.desired-n < g.min {
		return "", wire.Invalid("Currently, desiredSize equals minSize (%d). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.", g.min)
	}
	before := len(g.active())
	g.desired -= n
	return fmt.Sprintf(", shrinking the capacity from %d to %d", before, before-n), nil
}
