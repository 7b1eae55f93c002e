package scaling

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/scaling/attachment"
	"gekko/local/scaling/source"
)

// member is an instance in its group.
type member struct {
	id           string
	place        place
	image        string
	instanceType string
	from         source.Launched

	state     types.LifecycleState
	launched  time.Time
	inService time.Time // since when; of the first time, for the grace period
	protected bool
	balancing bool // launched above the desired capacity to even out the zones

	unhealthy string // why, as the cause of its end says; empty: healthy
	activity  *types.Activity
	draining  []*attachment.Attachment // deregistered from, connections still open
	hooked    bool                     // its hooks for where it is going have begun
	waits     []*wait                  // hooks that hold it
	abandoned bool                     // a hook's result was ABANDON
}

func (m *member) described() types.Instance {
	return types.Instance{
		InstanceId: &m.id, AvailabilityZone: &m.place.zone, ImageId: optional(m.image), InstanceType: &m.instanceType,
		LifecycleState: m.state, HealthStatus: aws.String(m.health()), ProtectedFromScaleIn: aws.Bool(m.protected),
		LaunchConfigurationName: m.from.Configuration, LaunchTemplate: m.from.Template,
	}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (m *member) health() string {
	if m.unhealthy != "" {
		return "Unhealthy"
	}
	return "Healthy"
}

// counts tells whether the member is part of the group's capacity.
func (m *member) counts() bool {
	switch m.state {
	case types.LifecycleStatePending, types.LifecycleStatePendingWait, types.LifecycleStatePendingProceed:
		return !m.balancing
	case types.LifecycleStateInService:
		return true
	}
	return false
}

// serves tells whether the member belongs behind the balancers.
func (m *member) serves() bool { return m.state == types.LifecycleStateInService }

// ending tells whether the member is on its way out for good.
func (m *member) ending() bool {
	switch m.state {
	case types.LifecycleStateTerminating, types.LifecycleStateTerminatingWait, types.LifecycleStateTerminatingProceed:
		return true
	}
	return false
}

// moving tells whether something is awaited that no event tells of.
func (m *member) moving() bool { return len(m.draining) > 0 }

// active lists the members that make up the capacity.
func (g *group) active() []*member {
	var all []*member
	for _, m := range g.members {
		if m.counts() {
			all = append(all, m)
		}
	}
	return all
}

func (g *group) member(id string) *member {
	for _, m := range g.members {
		if m.id == id {
			return m
		}
	}
	return nil
}

// holding is a member with its group.
type holding struct {
	group  *group
	member *member
}

// join adds a member.
func (g *group) join(m *member) {
	g.members = append(g.members, m)
	g.s.holders[m.id] = holding{g, m}
}

// holder finds the group that an instance belongs to.
func (s *Scaling) holder(id string) (*group, *member) {
	h := s.holders[id]
	return h.group, h.member
}

// stateChanged hears of every instance of the account.
func (s *Scaling) stateChanged(id string, _ ec2types.InstanceStateName) {
	if g, _ := s.holder(id); g != nil {
		g.poke(0)
	}
}

// instanceState is what EC2 says; an instance that is no longer described is
// terminated.
func (s *Scaling) instanceState(id string) ec2types.InstanceStateName {
	i, known := s.o.Compute.Instance(id)
	if !known || i.State == nil {
		return ec2types.InstanceStateNameTerminated
	}
	return i.State.Name
}
