package scaling

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/scaling/account"
	"gekko/local/scaling/attachment"
)

// arrive lets a launched member into service once its instance runs and its
// hooks allow it.
func (g *group) arrive(m *member) {
	switch g.s.instanceState(m.id) {
	case ec2types.InstanceStateNamePending:
		return
	case ec2types.InstanceStateNameRunning:
	default:
		g.failedToArrive(m)
		return
	}
	switch {
	case m.abandoned:
		end(m.activity, types.ScalingActivityStatusCodeCancelled, "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token "+account.UUID()+" was abandoned: Unknown")
		g.leave(m, at("an instance was taken out of service in response to a launch lifecycle action being abandoned."))
	case m.state == types.LifecycleStatePending && g.hold(m, launching, types.LifecycleStatePendingWait):
		progress(m.activity, types.ScalingActivityStatusCodeMidLifecycleAction, 60)
	case len(m.waits) == 0:
		g.enterService(m)
	}
}

// failedToArrive ends the launch of an instance that went off before it served.
func (g *group) failedToArrive(m *member) {
	reason := "Client.InstanceInitiatedShutdown: Instance initiated shutdown"
	if i, known := g.s.o.Compute.Instance(m.id); known && i.StateReason != nil && i.StateReason.Message != nil {
		reason = *i.StateReason.Message
	}
	end(m.activity, types.ScalingActivityStatusCodeFailed, "Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: "+reason)
	g.backOff()
	g.leave(m, at("an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped."))
}

func (g *group) enterService(m *member) {
	m.state = types.LifecycleStateInService
	m.balancing = false
	m.hooked = false
	if m.inService.IsZero() {
		m.inService = time.Now()
	}
	if g.runs("AddToLoadBalancer") {
		for _, a := range g.attachments {
			a.Register(m.id)
		}
	}
	g.failures, g.retryAt = 0, time.Time{}
	end(m.activity, types.ScalingActivityStatusCodeSuccessful, "")
	m.activity = nil
}

// leave begins the end of a member: out of the balancers, drained, past its
// hooks, terminated. A launch that still goes on is cancelled, or the group
// would be busy with it for ever.
func (g *group) leave(m *member, cause ...string) *types.Activity {
	end(m.activity, types.ScalingActivityStatusCodeCancelled, "")
	m.activity = g.begin("Terminating EC2 instance: "+m.id, m.place, cause...)
	m.state = types.LifecycleStateTerminating
	m.hooked = false
	g.release(m)
	g.deregister(m)
	g.poke(0)
	return m.activity
}

// deregister takes a member out of every balancer; drained tells when its
// connections are done.
func (g *group) deregister(m *member) {
	for _, a := range g.attachments {
		if a.Deregister(m.id) {
			m.draining = append(m.draining, a)
		}
	}
	if len(m.draining) > 0 {
		progress(m.activity, types.ScalingActivityStatusCodeWaitingForELBConnectionDraining, 50)
	}
}

// drained tells whether the balancers are done with a member. One whose
// instance is off has no connections left.
func (g *group) drained(m *member) bool {
	if g.s.instanceState(m.id) != ec2types.InstanceStateNameRunning {
		m.draining = nil
	}
	m.draining = slices.DeleteFunc(m.draining, func(a *attachment.Attachment) bool { return !a.Draining(m.id) })
	if len(m.draining) > 0 {
		return false
	}
	progress(m.activity, types.ScalingActivityStatusCodeInProgress, 50)
	return true
}

func (g *group) endInstance(m *member) {
	m.state = types.LifecycleStateTerminatingProceed
	g.release(m)
	_, err := g.s.o.Compute.TerminateInstances(context.Background(), &ec2.TerminateInstancesInput{InstanceIds: []string{m.id}})
	if err != nil && !g.s.gone(m.id) {
		// Termination protection, say: it stays, and is tried again.
		g.s.o.Log.Warn("an instance could not be terminated", "group", g.name, "instance", m.id, "error", err)
		m.state = types.LifecycleStateTerminating
		return
	}
	if g.s.gone(m.id) {
		g.remove(m)
	}
}

// gone tells whether an instance is terminated.
func (s *Scaling) gone(id string) bool {
	return s.instanceState(id) == ec2types.InstanceStateNameTerminated
}

// remove takes a member off the group's list.
func (g *group) remove(m *member) {
	g.members = slices.DeleteFunc(g.members, func(other *member) bool { return other == m })
	delete(g.s.holders, m.id)
	g.release(m)
	for _, a := range g.attachments {
		a.Forget(m.id)
	}
	end(m.activity, types.ScalingActivityStatusCodeSuccessful, "")
	g.poke(0)
}
