package scaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

// AttachInstances takes running instances into the group; the desired capacity
// grows by them.
func (s *Scaling) AttachInstances(_ context.Context, in *autoscaling.AttachInstancesInput) (*autoscaling.AttachInstancesOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	ids := slices.Compact(slices.Sorted(slices.Values(in.InstanceIds)))
	if g.desired+len(ids) > g.max {
		return nil, wire.Invalid("AutoScalingGroup update request invalid: desired capacity %d would be above the max size %d", g.desired+len(ids), g.max)
	}
	var members []*member
	for _, id := range ids {
		m, err := s.newcomer(id)
		if err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	before := len(g.active())
	for _, m := range members {
		m.activity = g.begin("Attaching an existing EC2 instance: "+m.id, m.place,
			at("an instance was attached in response to a user request, increasing the capacity from %d to %d.", before, before+len(members)))
		g.join(m)
		g.desired++
	}
	g.poke(0)
	return &autoscaling.AttachInstancesOutput{}, nil
}

// newcomer checks an instance that is to be attached.
func (s *Scaling) newcomer(id string) (*member, error) {
	i, known := s.o.Compute.Instance(id)
	switch owner, _ := s.holder(id); {
	case !known:
		return nil, wire.Invalid("Invalid Instance ID(s): [%s] are not valid.", id)
	case owner != nil:
		return nil, wire.Invalid("The instance %s is already part of the Auto Scaling group %s.", id, owner.name)
	case i.State == nil || i.State.Name != "running":
		return nil, wire.Invalid("Invalid Instance ID(s): [%s] The instance is not in the running state.", id)
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
