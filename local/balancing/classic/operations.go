package classic

import "gekko/local/wire"

// Register lets m serve the Classic API.
func (b *Classic) Register(m *wire.Mux) {
	s := wire.ELB
	wire.Handle(m, s, b.CreateLoadBalancerClassic, wire.Fields{Reads: "LoadBalancerName Listeners AvailabilityZones Subnets SecurityGroups Scheme Tags"})
	wire.Handle(m, s, b.DeleteLoadBalancerClassic, wire.Fields{Reads: "LoadBalancerName"})
	wire.Handle(m, s, b.DescribeLoadBalancersClassic, wire.Fields{Reads: "LoadBalancerNames Marker PageSize"})
	wire.Handle(m, s, b.RegisterInstancesWithLoadBalancer, wire.Fields{Reads: "LoadBalancerName Instances"})
	wire.Handle(m, s, b.DeregisterInstancesFromLoadBalancer, wire.Fields{Reads: "LoadBalancerName Instances"})
	wire.Handle(m, s, b.DescribeInstanceHealth, wire.Fields{Reads: "LoadBalancerName Instances"})
	wire.Handle(m, s, b.ConfigureHealthCheck, wire.Fields{Reads: "LoadBalancerName HealthCheck"})
	wire.Handle(m, s, b.ModifyLoadBalancerAttributesClassic, wire.Fields{Reads: "LoadBalancerName LoadBalancerAttributes"})
	wire.Handle(m, s, b.DescribeLoadBalancerAttributesClassic, wire.Fields{Reads: "LoadBalancerName"})
	wire.Handle(m, s, b.DescribeLoadBalancerPolicies, wire.Fields{Reads: "LoadBalancerName PolicyNames"})
	wire.Handle(m, s, b.AddTagsClassic, wire.Fields{Reads: "LoadBalancerNames Tags"})
	wire.Handle(m, s, b.RemoveTagsClassic, wire.Fields{Reads: "LoadBalancerNames Tags"})
	wire.Handle(m, s, b.DescribeTagsClassic, wire.Fields{Reads: "LoadBalancerNames"})
	wire.Handle(m, s, b.CreateLoadBalancerListeners, wire.Fields{Reads: "LoadBalancerName Listeners"})
	wire.Handle(m, s, b.DeleteLoadBalancerListeners, wire.Fields{Reads: "LoadBalancerName LoadBalancerPorts"})
	wire.Handle(m, s, b.EnableAvailabilityZonesForLoadBalancer, wire.Fields{Reads: "LoadBalancerName AvailabilityZones"})
	wire.Handle(m, s, b.DisableAvailabilityZonesForLoadBalancer, wire.Fields{Reads: "LoadBalancerName AvailabilityZones"})
	wire.Handle(m, s, b.AttachLoadBalancerToSubnets, wire.Fields{Reads: "LoadBalancerName Subnets"})
	wire.Handle(m, s, b.DetachLoadBalancerFromSubnets, wire.Fields{Reads: "LoadBalancerName Subnets"})
	wire.Handle(m, s, b.ApplySecurityGroupsToLoadBalancer, wire.Fields{Reads: "LoadBalancerName SecurityGroups"})
	wire.Handle(m, s, b.DescribeAccountLimitsClassic, wire.Fields{Reads: "Marker PageSize"})
}
