package cloud

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"

	"gekko"
	"gekko/cloud/answer"
)

// Site says where a group may run. No subnets stand for those of the balancer,
// or, without one, for the default network's.
func (c *Cloud) Site(ctx context.Context, b gekko.Balancer, subnets []string) (gekko.Site, error) {
	reach, of, err := c.reach(ctx, b)
	if err != nil {
		return gekko.Site{}, err
	}
	if len(subnets) == 0 {
		subnets = of
	}
	in := &ec2.DescribeSubnetsInput{SubnetIds: subnets}
	if len(subnets) == 0 {
		in.Filters = []types.Filter{subnetsWith("default-for-az", "true")}
		if len(reach) > 0 {
			in.Filters = append(in.Filters, subnetsWith("availability-zone", reach...))
		}
	}
	var s gekko.Site
	pages := ec2.NewDescribeSubnetsPaginator(c.ec2, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return gekko.Site{}, answer.Named("subnets", err)
		}
		for _, n := range page.Subnets {
			s.Subnets = append(s.Subnets, aws.ToString(n.SubnetId))
			s.Zones = append(s.Zones, aws.ToString(n.AvailabilityZone))
			s.Free += int(aws.ToInt32(n.AvailableIpAddressCount))
		}
	}
	slices.Sort(s.Subnets)
	slices.Sort(s.Zones)
	s.Zones = slices.Compact(s.Zones)
	if b.Weighted() || b.Classic != "" {
		s.Uncovered = slices.DeleteFunc(slices.Clone(s.Zones), func(z string) bool { return slices.Contains(reach, z) })
	}
	return s, nil
}

// reach is the zones that a balancer sends requests to, and its subnets there.
func (c *Cloud) reach(ctx context.Context, b gekko.Balancer) (zones, subnets []string, err error) {
	switch {
	case b.Weighted():
		lb, err := c.describeALB(ctx, b.Listener)
		for _, z := range lb.AvailabilityZones {
			zones = append(zones, aws.ToString(z.ZoneName))
			subnets = append(subnets, aws.ToString(z.SubnetId))
		}
		return zones, subnets, err
	case b.Classic != "":
		lb, err := c.describeClassic(ctx, b.Classic)
		return lb.AvailabilityZones, lb.Subnets, err
	}
	return nil, nil, nil
}

func subnetsWith(name string, values ...string) types.Filter {
	return types.Filter{Name: &name, Values: values}
}

// albZones are the zones of the balancer of a listener.
func (c *Cloud) albZones(ctx context.Context, listener string) ([]string, error) {
	zones, _, err := c.reach(ctx, gekko.Balancer{Listener: listener})
	return zones, err
}

// classicZones are the zones of a Classic balancer, and whether each counts its
// own instances only.
func (c *Cloud) classicZones(ctx context.Context, name string) (zones []string, apart bool, err error) {
	out, err := c.elb.DescribeLoadBalancerAttributes(ctx, &elasticloadbalancing.DescribeLoadBalancerAttributesInput{LoadBalancerName: &name})
	if err != nil {
		return nil, false, answer.Named("balancer "+name, err)
	}
	if across := out.LoadBalancerAttributes.CrossZoneLoadBalancing; across != nil && across.Enabled {
		return nil, false, nil
	}
	zones, _, err = c.reach(ctx, gekko.Balancer{Classic: name})
	return zones, true, err
}
