package scaling

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

// EnterStandby takes members out of service without ending them.
func (s *Scaling) EnterStandby(_ context.Context, in *autoscaling.EnterStandbyInput) (*autoscaling.EnterStandbyOutput, error) {
	g, members, less, err := s.stepAside(in.AutoScalingGroupName, in.InstanceIds, in.ShouldDecrementDesiredCapacity)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.EnterStandbyOutput{}
	for _, m := range members {
		m.activity = g.begin("Moving EC2 instance to Standby: "+m.id, m.place, at("instance %s was moved to standby in response to a user request%s.", m.id, less))
		m.state = types.LifecycleStateEnteringStandby
		g.deregister(m)
		out.Activities = append(out.Activities, *m.activity)
	}
	g.poke(0)
	return out, nil
}

// ExitStandby puts members back into service; the desired capacity grows by
// them.
func (s *Scaling) ExitStandby(_ context.Context, in *autoscaling.ExitStandbyInput) (*autoscaling.ExitStandbyOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	members, err := g.named(in.InstanceIds)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if m.state != types.LifecycleStateStandby {
			return nil, wire.Invalid("The instance %s is not in Standby.", m.id)
		}
	}
	if g.desired+len(members) > g.max {
		return nil, wire.Invalid("The group %s would have %d instances, above its max size %d.", g.name, g.desired+len(members), g.max)
	}
	out := &autoscaling.ExitStandbyOutput{}
	before := len(g.active())
	for _, m := range members {
		m.activity = g.begin("Moving EC2 instance out of Standby: "+m.id, m.place,
			at("instance %s was moved out of standby in response to a user request, increasing the capacity from %d to %d.", m.id, before, before+len(members)))
		progress(m.activity, types.ScalingActivityStatusCodePreInService, 30)
		out.Activities = append(out.Activities, *m.activity)
		m.state, m.hooked = types.LifecycleStatePending, true // it was launched long ago
		g.desired++
	}
	g.poke(0)
	return out, nil
}

// stepAside checks members that leave service by request, and makes the desired
// capacity smaller by them if asked to.
func (s *Scaling) stepAside(name *string, ids []string, lower *bool) (*group, []*member, string, error) {
	g, err := s.find(name)
	if err != nil {
		return nil, nil, "", err
	}
	members, err := g.named(ids)
	if err != nil {
		return nil, nil, "", err
	}
	if lower == nil {
		return nil, nil, "", wire.Invalid("ShouldDecrementDesiredCapacity is required")
	}
	counted := 0
	for _, m := range members {
		switch m.state {
		case types.LifecycleStateInService:
			counted++
		case types.LifecycleStateStandby:
		default:
			return nil, nil, "", wire.Invalid("The instance %s is not in InService or Standby.", m.id)
		}
	}
	less, err := g.giveUp(counted, *lower && counted > 0)
	return g, members, less, err
}
