// Package attachment is what a group's members serve behind: a Classic balancer
// or a target group, from the moment that it is attached until the last
// connection through it is done. It knows the members by their ids alone.
package attachment

import (
	"context"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Balancers is what groups need of Elastic Load Balancing; it is called inside
// the loop.
type Balancers interface {
	DescribeTargetGroups(context.Context, *elbv2.DescribeTargetGroupsInput) (*elbv2.DescribeTargetGroupsOutput, error)
	RegisterTargets(context.Context, *elbv2.RegisterTargetsInput) (*elbv2.RegisterTargetsOutput, error)
	DeregisterTargets(context.Context, *elbv2.DeregisterTargetsInput) (*elbv2.DeregisterTargetsOutput, error)
	DescribeTargetHealth(context.Context, *elbv2.DescribeTargetHealthInput) (*elbv2.DescribeTargetHealthOutput, error)

	DescribeLoadBalancersClassic(context.Context, *elb.DescribeLoadBalancersInput) (*elb.DescribeLoadBalancersOutput, error)
	RegisterInstancesWithLoadBalancer(context.Context, *elb.RegisterInstancesWithLoadBalancerInput) (*elb.RegisterInstancesWithLoadBalancerOutput, error)
	DeregisterInstancesFromLoadBalancer(context.Context, *elb.DeregisterInstancesFromLoadBalancerInput) (*elb.DeregisterInstancesFromLoadBalancerOutput, error)
	DescribeInstanceHealth(context.Context, *elb.DescribeInstanceHealthInput) (*elb.DescribeInstanceHealthOutput, error)
}

// Attachment is one of a group. It is used inside the loop.
type Attachment struct {
	Kind     Kind
	ID       string // a Classic balancer's name or a target group's ARN
	AsSource bool   // attached by AttachTrafficSources: only its own call detaches it

	balancers  Balancers
	log        *slog.Logger
	state      string
	registered map[string]bool // by us
}

// Kind says what stands in front of the members.
type Kind int

// The kinds that there are.
const (
	Classic Kind = iota
	TargetGroup
)

// States of an attachment, as the Describe calls name them.
const (
	adding   = "Adding"
	added    = "Added"
	inUse    = "InService"
	removing = "Removing"
)

// State is one of Adding, Added, InService and Removing.
func (a *Attachment) State() string { return a.state }

// Advance takes the attachment further: Adding, Added once every instance in
// service is registered, InService once one is healthy; Removing until all are
// drained, and then over.
func (a *Attachment) Advance(serving []string) (over bool) {
	switch a.state {
	case adding:
		for _, id := range serving {
			a.Register(id)
		}
		a.state = added
	case added:
		seen := a.seen()
		for id := range a.registered {
			if seen[id] == healthy {
				a.state = inUse
			}
		}
	case removing:
		seen := a.seen()
		for id := range a.registered {
			if seen[id] != draining {
				delete(a.registered, id)
			}
		}
		return len(a.registered) == 0
	}
	return false
}

// Remove begins the end of an attachment: its instances are deregistered.
func (a *Attachment) Remove() {
	a.state = removing
	for id := range a.registered {
		a.call(id, false)
	}
}

// Leaving tells whether the attachment is on its way out.
func (a *Attachment) Leaving() bool { return a.state == removing }

// Revive attaches again what is on its way out.
func (a *Attachment) Revive(asSource bool) {
	a.state, a.AsSource = adding, asSource
	clear(a.registered)
}

// Moving tells whether something is awaited that no event tells of.
func (a *Attachment) Moving() bool {
	return a.state == adding || a.state == removing || a.state == added && len(a.registered) > 0
}

// Forget drops an instance that is gone.
func (a *Attachment) Forget(id string) { delete(a.registered, id) }

// Register puts an instance into the balancer, once.
func (a *Attachment) Register(id string) {
	if a.state != removing && !a.registered[id] {
		a.registered[id] = true
		a.call(id, true)
	}
}

// Deregister takes an instance out, and tells whether the instance was registered by the group, and so may
// have to be waited for. What was taken out of the balancer by hand is not.
func (a *Attachment) Deregister(id string) bool {
	if !a.registered[id] {
		return false
	}
	if a.state != removing {
		delete(a.registered, id)
		a.call(id, false)
	}
	return true
}

// call registers or deregisters. A balancer that was deleted meanwhile only
// gets a line in the log, as AWS goes on then too.
func (a *Attachment) call(id string, in bool) {
	ctx, b := context.Background(), a.balancers
	targets := []elbv2types.TargetDescription{{Id: &id}}
	instances := []elbtypes.Instance{{InstanceId: &id}}
	var err error
	switch {
	case a.Kind == TargetGroup && in:
		_, err = b.RegisterTargets(ctx, &elbv2.RegisterTargetsInput{TargetGroupArn: &a.ID, Targets: targets})
	case a.Kind == TargetGroup:
		_, err = b.DeregisterTargets(ctx, &elbv2.DeregisterTargetsInput{TargetGroupArn: &a.ID, Targets: targets})
	case in:
		_, err = b.RegisterInstancesWithLoadBalancer(ctx, &elb.RegisterInstancesWithLoadBalancerInput{LoadBalancerName: &a.ID, Instances: instances})
	default:
		_, err = b.DeregisterInstancesFromLoadBalancer(ctx, &elb.DeregisterInstancesFromLoadBalancerInput{LoadBalancerName: &a.ID, Instances: instances})
	}
	if err != nil {
		a.log.Warn("a balancer refused", "balancer", a.ID, "instance", id, "registering", in, "error", err)
	}
}

// Describe adds the attachment to the group's description.
func (a *Attachment) Describe(d *types.AutoScalingGroup) {
	if a.state == removing {
		return
	}
	d.TrafficSources = append(d.TrafficSources, types.TrafficSourceIdentifier{Identifier: &a.ID, Type: aws.String(a.SourceType())})
	switch {
	case a.AsSource:
	case a.Kind == Classic:
		d.LoadBalancerNames = append(d.LoadBalancerNames, a.ID)
	default:
		d.TargetGroupARNs = append(d.TargetGroupARNs, a.ID)
	}
}

// SourceType is what Auto Scaling calls the kind.
func (a *Attachment) SourceType() string {
	if a.Kind == Classic {
		return "elb"
	}
	return "elbv2"
}
