package scaling

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// Why a member is unhealthy, as the cause of its end says.
const (
	ec2Check    = "an EC2 health check indicating it has been terminated or stopped."
	systemCheck = "an EC2 instance status check failure."
	elbCheck    = "an ELB system health check failure."
	userCheck   = "a user health-check."
)

// checkHealth marks the members that fail a check. That an instance is off
// needs no grace: it will not come on.
func (g *group) checkHealth() {
	if !g.runs("HealthCheck") {
		return
	}
	failing := g.failing()
	for _, m := range g.members {
		if m.unhealthy != "" {
			continue
		}
		standby := m.state == types.LifecycleStateStandby
		switch {
		case (m.serves() || standby) && g.s.instanceState(m.id) != ec2types.InstanceStateNameRunning:
			m.unhealthy = ec2Check
		case m.serves() && g.s.o.Compute.Impaired(m.id) && time.Since(m.inService) >= g.grace:
			m.unhealthy = systemCheck
		case m.serves() && failing[m.id] && time.Since(m.inService) >= g.grace:
			m.unhealthy = elbCheck
		}
	}
}

// failing tells which instances a balancer finds unhealthy, if that counts.
func (g *group) failing() map[string]bool {
	all := map[string]bool{}
	if !strings.Contains(g.healthType, "ELB") {
		return all
	}
	for _, a := range g.attachments {
		for _, id := range a.Unhealthy() {
			all[id] = true
		}
	}
	return all
}

// replaceUnhealthy takes the unhealthy out; fit then launches others.
func (g *group) replaceUnhealthy() {
	if !g.runs("ReplaceUnhealthy") || !g.runs("Terminate") {
		return
	}
	for _, m := range slices.Clone(g.members) {
		if m.unhealthy != "" && m.serves() {
			g.leave(m, at("an instance was taken out of service in response to %s", m.unhealthy))
			g.replacing++
		}
	}
}

// SetInstanceHealth marks a member by hand.
func (s *Scaling) SetInstanceHealth(_ context.Context, in *autoscaling.SetInstanceHealthInput) (*autoscaling.SetInstanceHealthOutput, error) {
	g, m := s.holder(aws.ToString(in.InstanceId))
	if m == nil {
		return nil, unknownInstance(aws.ToString(in.InstanceId))
	}
	out := &autoscaling.SetInstanceHealthOutput{}
	respect := in.ShouldRespectGracePeriod == nil || *in.ShouldRespectGracePeriod
	switch aws.ToString(in.HealthStatus) {
	case "Healthy":
		m.unhealthy = ""
	case "Unhealthy":
		if respect && (m.inService.IsZero() || time.Since(m.inService) < g.grace) {
			return out, nil
		}
		m.unhealthy = userCheck
	default:
		return nil, wire.Invalid("Health status must be Healthy or Unhealthy, not %q", aws.ToString(in.HealthStatus))
	}
	g.poke(0)
	return out, nil
}

// SetInstanceProtection keeps members from scale-in, or lets them go.
func (s *Scaling) SetInstanceProtection(_ context.Context, in *autoscaling.SetInstanceProtectionInput) (*autoscaling.SetInstanceProtectionOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	members, err := g.named(in.InstanceIds)
	if err != nil {
		return nil, err
	}
	if in.ProtectedFromScaleIn == nil {
		return nil, wire.Invalid("ProtectedFromScaleIn is required")
	}
	for _, m := range members {
		m.protected = *in.ProtectedFromScaleIn
	}
	g.tryAgain()
	return &autoscaling.SetInstanceProtectionOutput{}, nil
}

// named gives the members of a request, each once, or AWS's refusal if one is
// not of this group.
func (g *group) named(ids []string) ([]*member, error) {
	if len(ids) == 0 {
		return nil, wire.Invalid("At least one instance ID must be specified.")
	}
	var all []*member
	for _, id := range ids {
		m := g.member(id)
		if m == nil {
			return nil, wire.Invalid("The instance %s is not part of Auto Scaling group %s.", id, g.name)
		}
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return all, nil
}

func unknownInstance(id string) error {
	return wire.Invalid("Instance Id not found - No managed instance found for instance ID: %s", id)
}
