package scaling

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// attachment is a Classic balancer or a target group that a group's members
// serve behind.
type attachment struct {
	kind       kind
	id         string // a Classic balancer's name or a target group's ARN
	asSource   bool   // attached by AttachTrafficSources: only its own call detaches it
	state      string
	registered map[string]bool // by us
}

type kind int

const (
	classic kind = iota
	targetGroup
)

// States of an attachment, as the Describe calls name them.
const (
	adding   = "Adding"
	added    = "Added"
	inUse    = "InService"
	removing = "Removing"
)

// health is what a balancer says of an instance.
type health int

const (
	notThere health = iota
	initial
	healthy
	unhealthy
	draining
)

func newAttachment(k kind, id string, asSource bool) *attachment {
	return &attachment{kind: k, id: id, asSource: asSource, state: adding, registered: map[string]bool{}}
}

// attach takes the attachments further: Adding, Added once every member is
// registered, InService once one is healthy; Removing until all are drained.
func (g *group) attach() {
	for _, a := range slices.Clone(g.attachments) {
		switch a.state {
		case adding:
			for _, m := range g.members {
				if m.serves() {
					a.register(g, m.id)
				}
			}
			a.state = added
		case added:
			seen := a.seen(g.s)
			if slices.ContainsFunc(g.members, func(m *member) bool { return a.registered[m.id] && seen[m.id] == healthy }) {
				a.state = inUse
			}
		case removing:
			g.detach(a)
		}
	}
}

// detach finishes the end of an attachment when nothing drains any more.
func (g *group) detach(a *attachment) {
	seen := a.seen(g.s)
	for id := range a.registered {
		if seen[id] != draining {
			delete(a.registered, id)
		}
	}
	if len(a.registered) == 0 {
		g.attachments = slices.DeleteFunc(g.attachments, func(other *attachment) bool { return other == a })
	}
}

// remove begins the end of an attachment: existing members are deregistered.
func (a *attachment) remove(g *group) {
	a.state = removing
	for id := range a.registered {
		a.call(g, id, false)
	}
	g.poke(0)
}

func (a *attachment) moving() bool {
	return a.state == adding || a.state == removing || a.state == added && len(a.registered) > 0
}

func (a *attachment) register(g *group, id string) {
	if a.state != removing && !a.registered[id] {
		a.registered[id] = true
		a.call(g, id, true)
	}
}

// deregister tells whether the instance was registered by the group, and so may
// have to be waited for. What was taken out of the balancer by hand is not.
func (a *attachment) deregister(g *group, id string) bool {
	if !a.registered[id] {
		return false
	}
	if a.state != removing {
		delete(a.registered, id)
		a.call(g, id, false)
	}
	return true
}

// call registers or deregisters. A balancer that was deleted meanwhile only
// gets a line in the log, as AWS goes on then too.
func (a *attachment) call(g *group, id string, in bool) {
	ctx, b := context.Background(), g.s.o.Balancers
	targets := []elbv2types.TargetDescription{{Id: &id}}
	instances := []elbtypes.Instance{{InstanceId: &id}}
	var err error
	switch {
	case a.kind == targetGroup && in:
		_, err = b.RegisterTargets(ctx, &elbv2.RegisterTargetsInput{TargetGroupArn: &a.id, Targets: targets})
	case a.kind == targetGroup:
		_, err = b.DeregisterTargets(ctx, &elbv2.DeregisterTargetsInput{TargetGroupArn: &a.id, Targets: targets})
	case in:
		_, err = b.RegisterInstancesWithLoadBalancer(ctx, &elb.RegisterInstancesWithLoadBalancerInput{LoadBalancerName: &a.id, Instances: instances})
	default:
		_, err = b.DeregisterInstancesFromLoadBalancer(ctx, &elb.DeregisterInstancesFromLoadBalancerInput{LoadBalancerName: &a.id, Instances: instances})
	}
	if err != nil {
		g.s.o.Log.Warn("a balancer refused", "group", g.name, "balancer", a.id, "instance", id, "registering", in, "error", err)
	}
}

func (a *attachment) draining(s *Scaling, id string) bool { return a.seen(s)[id] == draining }

// seen is what the balancer says of all instances that it knows: nothing if it
// is gone.
func (a *attachment) seen(s *Scaling) map[string]health {
	if a.kind == classic {
		return a.classicSeen(s)
	}
	out, err := s.o.Balancers.DescribeTargetHealth(context.Background(), &elbv2.DescribeTargetHealthInput{TargetGroupArn: &a.id})
	if err != nil {
		return nil
	}
	all := map[string]health{}
	for _, d := range out.TargetHealthDescriptions {
		if d.Target == nil || d.TargetHealth == nil {
			continue
		}
		id := aws.ToString(d.Target.Id) // it may be there on several ports
		switch d.TargetHealth.State {
		case elbv2types.TargetHealthStateEnumDraining:
			all[id] = draining
		case elbv2types.TargetHealthStateEnumHealthy:
			all[id] = max(all[id], healthy)
		case elbv2types.TargetHealthStateEnumUnhealthy:
			all[id] = max(all[id], unhealthy)
		case elbv2types.TargetHealthStateEnumInitial:
			all[id] = max(all[id], initial)
		}
	}
	return all
}

func (a *attachment) classicSeen(s *Scaling) map[string]health {
	out, err := s.o.Balancers.DescribeInstanceHealth(context.Background(), &elb.DescribeInstanceHealthInput{LoadBalancerName: &a.id})
	if err != nil {
		return nil
	}
	all := map[string]health{}
	for _, i := range out.InstanceStates {
		id := aws.ToString(i.InstanceId)
		switch {
		case strings.Contains(aws.ToString(i.Description), "deregistration currently in progress"):
			all[id] = draining
		case aws.ToString(i.State) == "InService":
			all[id] = healthy
		case aws.ToString(i.ReasonCode) == "Instance":
			all[id] = unhealthy
		default:
			all[id] = initial
		}
	}
	return all
}

// describe adds the attachment to the group's description.
func (a *attachment) describe(d *types.AutoScalingGroup) {
	if a.state == removing {
		return
	}
	d.TrafficSources = append(d.TrafficSources, types.TrafficSourceIdentifier{Identifier: &a.id, Type: aws.String(a.sourceType())})
	switch {
	case a.asSource:
	case a.kind == classic:
		d.LoadBalancerNames = append(d.LoadBalancerNames, a.id)
	default:
		d.TargetGroupARNs = append(d.TargetGroupARNs, a.id)
	}
}

func (a *attachment) sourceType() string {
	if a.kind == classic {
		return "elb"
	}
	return "elbv2"
}
