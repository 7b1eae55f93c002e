package classic

import (
	"context"
	"slices"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"

	"gekko/local/wire"
)

// EnableAvailabilityZonesForLoadBalancer adds zones to a balancer made with zones.
func (b *Classic) EnableAvailabilityZonesForLoadBalancer(_ context.Context, in *elb.EnableAvailabilityZonesForLoadBalancerInput) (*elb.EnableAvailabilityZonesForLoadBalancerOutput, error) {
	c, err := b.zonal(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	c.zones = slices.Compact(slices.Sorted(slices.Values(append(c.zones, in.AvailabilityZones...))))
	c.fill()
	return &elb.EnableAvailabilityZonesForLoadBalancerOutput{AvailabilityZones: slices.Clone(c.zones)}, nil
}

// DisableAvailabilityZonesForLoadBalancer removes zones, but never the last one.
func (b *Classic) DisableAvailabilityZonesForLoadBalancer(_ context.Context, in *elb.DisableAvailabilityZonesForLoadBalancerInput) (*elb.DisableAvailabilityZonesForLoadBalancerOutput, error) {
	c, err := b.zonal(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(slices.Clone(c.zones), func(zone string) bool { return slices.Contains(in.AvailabilityZones, zone) })
	if len(left) == 0 {
		return nil, wire.Errorf("InvalidConfigurationRequest", "A load balancer must have at least one Availability Zone")
	}
	c.zones = left
	c.fill()
	return &elb.DisableAvailabilityZonesForLoadBalancerOutput{AvailabilityZones: slices.Clone(c.zones)}, nil
}

func (b *Classic) zonal(name *string) (*balancer, error) {
	c, err := b.balancer(name)
	if err == nil && len(c.subnets) > 0 {
		return nil, wire.Errorf("InvalidConfigurationRequest", "The load balancer '%s' is in a VPC: attach and detach its subnets", c.name)
	}
	return c, err
}

// AttachLoadBalancerToSubnets adds subnets to a balancer made with subnets.
func (b *Classic) AttachLoadBalancerToSubnets(_ context.Context, in *elb.AttachLoadBalancerToSubnetsInput) (*elb.AttachLoadBalancerToSubnetsOutput, error) {
	c, err := b.subnetted(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(c.subnets)
	for _, subnet := range in.Subnets {
		if !slices.Contains(all, subnet) {
			all = append(all, subnet)
		}
	}
	places, err := b.account.Places(all)
	if err != nil {
		return nil, err
	}
	c.place(places)
	c.fill()
	return &elb.AttachLoadBalancerToSubnetsOutput{Subnets: slices.Clone(c.subnets)}, nil
}

// DetachLoadBalancerFromSubnets removes subnets, but never the last one.
func (b *Classic) DetachLoadBalancerFromSubnets(_ context.Context, in *elb.DetachLoadBalancerFromSubnetsInput) (*elb.DetachLoadBalancerFromSubnetsOutput, error) {
	c, err := b.subnetted(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	left := slices.DeleteFunc(slices.Clone(c.subnets), func(subnet string) bool { return slices.Contains(in.Subnets, subnet) })
	if len(left) == 0 {
		return nil, wire.Errorf("InvalidConfigurationRequest", "A load balancer must have at least one subnet")
	}
	places, err := b.account.Places(left)
	if err != nil {
		return nil, err
	}
	c.place(places)
	c.fill()
	return &elb.DetachLoadBalancerFromSubnetsOutput{Subnets: slices.Clone(c.subnets)}, nil
}

func (b *Classic) subnetted(name *string) (*balancer, error) {
	c, err := b.balancer(name)
	if err == nil && len(c.subnets) == 0 {
		return nil, wire.Errorf("InvalidConfigurationRequest", "The load balancer '%s' was made with Availability Zones: enable and disable those", c.name)
	}
	return c, err
}

// ApplySecurityGroupsToLoadBalancer replaces a balancer's security groups, which
// are told again and have no effect.
func (b *Classic) ApplySecurityGroupsToLoadBalancer(_ context.Context, in *elb.ApplySecurityGroupsToLoadBalancerInput) (*elb.ApplySecurityGroupsToLoadBalancerOutput, error) {
	c, err := b.balancer(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	c.securityGroups = slices.Clone(in.SecurityGroups)
	return &elb.ApplySecurityGroupsToLoadBalancerOutput{SecurityGroups: slices.Clone(c.securityGroups)}, nil
}
