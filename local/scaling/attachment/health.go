package attachment

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
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

// Draining tells whether connections to an instance are still open.
func (a *Attachment) Draining(id string) bool { return a.seen()[id] == draining }

// Unhealthy lists the registered instances that the balancer finds unhealthy.
func (a *Attachment) Unhealthy() []string {
	var all []string
	for id, h := range a.seen() {
		if h == unhealthy && a.registered[id] {
			all = append(all, id)
		}
	}
	return all
}

// seen is what the balancer says of all instances that it knows: nothing if it
// is gone.
func (a *Attachment) seen() map[string]health {
	if a.Kind == Classic {
		return a.classicSeen()
	}
	out, err := a.balancers.DescribeTargetHealth(context.Background(), &elbv2.DescribeTargetHealthInput{TargetGroupArn: &a.ID})
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

func (a *Attachment) classicSeen() map[string]health {
	out, err := a.balancers.DescribeInstanceHealth(context.Background(), &elb.DescribeInstanceHealthInput{LoadBalancerName: &a.ID})
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
