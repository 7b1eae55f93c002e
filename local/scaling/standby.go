package scaling

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
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
			return nil, invalid("The instance %s is not in Standby.", m.id)
		}
	}
	if g.desired+len(members) > g.max {
		return nil, invalid("The group %s would have %d instances, above its max size %d.", g.name, g.desired+len(members), g.max)
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

// DetachInstances takes members out of the group; they go on running.
func (s *Scaling) DetachInstances(_ context.Context, in *autoscaling.DetachInstancesInput) (*autoscaling.DetachInstancesOutput, error) {
	g, members, less, err := s.stepAside(in.AutoScalingGroupName, in.InstanceIds, in.ShouldDecrementDesiredCapacity)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.DetachInstancesOutput{}
	for _, m := range members {
		m.activity = g.begin("Detaching EC2 instance: "+m.id, m.place, at("instance %s was detached in response to a user request%s.", m.id, less))
		m.state = types.LifecycleStateDetaching
		g.deregister(m)
		out.Activities = append(out.Activities, *m.activity)
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
		return nil, nil, "", invalid("ShouldDecrementDesiredCapacity is required")
	}
	counted := 0
	for _, m := range members {
		switch m.state {
		case types.LifecycleStateInService:
			counted++
		case types.LifecycleStateStandby:
		default:
			return nil, nil, "", invalid("The instance %s is not in InService or Standby.", m.id)
		}
	}
	less, err := g.giveUp(counted, *lower && counted > 0)
	return g, members, less, err
}

// AttachInstances takes running instances into the group; the desired capacity
// grows by them.
func (s *Scaling) AttachInstances(_ context.Context, in *autoscaling.AttachInstancesInput) (*autoscaling.AttachInstancesOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	ids := slices.Compact(slices.Sorted(slices.Values(in.InstanceIds)))
	if g.desired+len(ids) > g.max {
		return nil, invalid("AutoScalingGroup update request invalid: desired capacity %d would be above the max size %d", g.desired+len(ids), g.max)
	}
	var members []*member
	for _, id := range ids {
		m, err := s.newcomer(g, id)
		if err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	before := len(g.active())
	for _, m := range members {
		cause := at("an instance was attached in response to a user request%s.", fmt.Sprintf(", increasing the capacity from %d to %d", before, before+len(members)))
		m.activity = g.begin("Attaching an existing EC2 instance: "+m.id, m.place, cause)
		g.members = append(g.members, m)
		g.desired++
	}
	g.poke(0)
	return &autoscaling.AttachInstancesOutput{}, nil
}

// newcomer checks an instance that is to be attached.
func (s *Scaling) newcomer(g *group, id string) (*member, error) {
	i, known := s.o.Compute.Instance(id)
	switch owner, _ := s.holder(id); {
	case !known:
		return nil, invalid("Invalid Instance ID(s): [%s] are not valid.", id)
	case owner != nil:
		return nil, invalid("The instance %s is already part of the Auto Scaling group %s.", id, owner.name)
	case i.State == nil || i.State.Name != "running":
		return nil, invalid("Invalid Instance ID(s): [%s] The instance is not in the running state.", id)
	}
	zone := ""
	if i.Placement != nil {
		zone = aws.ToString(i.Placement.AvailabilityZone)
	}
	return &member{
		id: id, image: aws.ToString(i.ImageId), instanceType: string(i.InstanceType),
		place: place{subnet: aws.ToString(i.SubnetId), zone: zone},
		state: types.LifecycleStatePending, launched: aws.ToTime(i.LaunchTime), hooked: true,
	}, nil
}
