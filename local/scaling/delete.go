package scaling

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

// DeleteAutoScalingGroup deletes an empty group, or ends all instances of one
// by force, without draining. The name is taken until they are gone.
func (s *Scaling) DeleteAutoScalingGroup(_ context.Context, in *autoscaling.DeleteAutoScalingGroupInput) (*autoscaling.DeleteAutoScalingGroupOutput, error) {
	g := s.groups[aws.ToString(in.AutoScalingGroupName)]
	if g == nil {
		return nil, wire.Invalid("AutoScalingGroup name not found - null")
	}
	force := aws.ToBool(in.ForceDelete)
	switch {
	case force:
	case slices.ContainsFunc(g.members, func(m *member) bool { return !m.ending() }):
		return nil, wire.Errorf("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.")
	case len(g.members) > 0 || g.inProgress():
		return nil, wire.Errorf("ScalingActivityInProgress", "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.")
	}
	if !g.deleting {
		g.abandon()
	}
	g.finishDelete()
	return &autoscaling.DeleteAutoScalingGroupOutput{}, nil
}

// abandon begins the end of a group: nothing scales it any more, and each of its
// members goes at once.
func (g *group) abandon() {
	g.deleting = true
	g.min, g.max, g.desired = 0, 0, 0
	for _, p := range slices.Clone(g.policies) {
		g.dropPolicy(p)
		g.s.o.Metrics.Unlink(*p.About.PolicyARN) // DeletePolicy leaves such an alarm, this does not
	}
	g.schedule.Clear()
	for _, m := range slices.Clone(g.members) {
		if m.activity == nil {
			m.activity = g.begin("Terminating EC2 instance: "+m.id, m.place, at("a user request force deleted AutoScalingGroup, which resulted in instance %s being terminated.", m.id))
		}
		for _, a := range g.attachments {
			a.Deregister(m.id)
		}
		m.draining = nil
		g.endInstance(m)
	}
	g.poke(0)
}

// finishDelete frees the name once the last member is gone.
func (g *group) finishDelete() {
	for _, m := range slices.Clone(g.members) {
		if m.state == types.LifecycleStateTerminating { // refused before
			g.endInstance(m)
		}
	}
	if len(g.members) > 0 {
		return
	}
	g.next.Cancel()
	g.next = nil
	delete(g.s.groups, g.name)
	g.s.deleted = append(g.s.deleted, g)
	if over := len(g.s.deleted) - keptDeleted; over > 0 {
		g.s.deleted = slices.Clone(g.s.deleted[over:])
	}
}
