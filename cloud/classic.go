package cloud

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"

	"gekko"
	"gekko/cloud/answer"
)

// classic looks at a Classic balancer: its draining, and what it says of the
// instances registered with it.
func (c *Cloud) classic(ctx context.Context, name string) (front, error) {
	attributes, err := c.elb.DescribeLoadBalancerAttributes(ctx, &elasticloadbalancing.DescribeLoadBalancerAttributesInput{LoadBalancerName: &name})
	if err != nil {
		return front{}, answer.Named("balancer "+name, err)
	}
	states, err := c.classicStates(ctx, name)
	if err != nil {
		return front{}, err
	}
	f := front{id: name, classic: true, health: map[string]map[gekko.InstanceID]seen{"": states}}
	if d := attributes.LoadBalancerAttributes.ConnectionDraining; d != nil && d.Enabled {
		f.drain = time.Duration(aws.ToInt32(d.Timeout)) * time.Second
	}
	return f, nil
}

// classicStates is what a Classic balancer says of the instances registered
// with it.
func (c *Cloud) classicStates(ctx context.Context, name string) (map[gekko.InstanceID]seen, error) {
	out, err := c.elb.DescribeInstanceHealth(ctx, &elasticloadbalancing.DescribeInstanceHealthInput{LoadBalancerName: &name})
	if err != nil {
		return nil, answer.Named("balancer "+name, err)
	}
	all := map[gekko.InstanceID]seen{}
	for _, s := range out.InstanceStates {
		all[gekko.InstanceID(aws.ToString(s.InstanceId))] = classicHealth(s)
	}
	return all, nil
}

// classicHealth reads a state by its reason code: ELB while the balancer has
// not finished registering, Instance when checks fail. Draining alone has no
// code: such an instance is InService and only its description tells
// (https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_InstanceState.html).
func classicHealth(s types.InstanceState) seen {
	why := aws.ToString(s.Description)
	if why == "N/A" {
		why = ""
	}
	switch {
	case strings.Contains(why, "deregistration"):
		return seen{gekko.Draining, why}
	case aws.ToString(s.State) == "InService":
		return seen{gekko.Healthy, ""}
	case aws.ToString(s.ReasonCode) == "ELB":
		return seen{gekko.Starting, why}
	case aws.ToString(s.ReasonCode) == "Instance":
		return seen{gekko.Unhealthy, why}
	}
	return seen{gekko.Absent, why}
}

// describeClassic is an ErrNotFound for a name that no balancer bears.
func (c *Cloud) describeClassic(ctx context.Context, name string) (types.LoadBalancerDescription, error) {
	out, err := c.elb.DescribeLoadBalancers(ctx, &elasticloadbalancing.DescribeLoadBalancersInput{LoadBalancerNames: []string{name}})
	if err != nil {
		return types.LoadBalancerDescription{}, answer.Named("balancer "+name, err)
	}
	if len(out.LoadBalancerDescriptions) == 0 {
		return types.LoadBalancerDescription{}, answer.Named("balancer "+name, gekko.ErrNotFound)
	}
	return out.LoadBalancerDescriptions[0], nil
}
