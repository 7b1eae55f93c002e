package application

import "gekko/local/wire"

// Register lets m serve ELBv2.
func (b *Application) Register(m *wire.Mux) {
	s := wire.ELBv2
	const check = " HealthCheckEnabled HealthCheckIntervalSeconds HealthCheckPath HealthCheckPort HealthCheckProtocol HealthCheckTimeoutSeconds HealthyThresholdCount UnhealthyThresholdCount Matcher"
	wire.Handle(m, s, b.CreateLoadBalancer, wire.Fields{Reads: "Name IpAddressType Scheme SecurityGroups SubnetMappings Subnets Tags Type"})
	wire.Handle(m, s, b.DeleteLoadBalancer, wire.Fields{Reads: "LoadBalancerArn"})
	wire.Handle(m, s, b.DescribeLoadBalancers, wire.Fields{Reads: "LoadBalancerArns Names Marker PageSize"})
	wire.Handle(m, s, b.CreateTargetGroup, wire.Fields{Reads: "Name IpAddressType Port Protocol ProtocolVersion Tags TargetType VpcId" + check})
	wire.Handle(m, s, b.DeleteTargetGroup, wire.Fields{Reads: "TargetGroupArn"})
	wire.Handle(m, s, b.DescribeTargetGroups, wire.Fields{Reads: "LoadBalancerArn Names TargetGroupArns Marker PageSize"})
	wire.Handle(m, s, b.ModifyTargetGroup, wire.Fields{Reads: "TargetGroupArn" + check})
	wire.Handle(m, s, b.RegisterTargets, wire.Fields{Reads: "TargetGroupArn Targets.Id Targets.Port Targets.AvailabilityZone"})
	wire.Handle(m, s, b.DeregisterTargets, wire.Fields{Reads: "TargetGroupArn Targets.Id Targets.Port", Accepts: "Targets.AvailabilityZone"})
	wire.Handle(m, s, b.DescribeTargetHealth, wire.Fields{Reads: "TargetGroupArn Targets.Id Targets.Port", Accepts: "Targets.AvailabilityZone Include"})
	wire.Handle(m, s, b.CreateListener, wire.Fields{Reads: "DefaultActions LoadBalancerArn Port Protocol Tags"})
	wire.Handle(m, s, b.DeleteListener, wire.Fields{Reads: "ListenerArn"})
	wire.Handle(m, s, b.DescribeListeners, wire.Fields{Reads: "ListenerArns LoadBalancerArn Marker PageSize"})
	wire.Handle(m, s, b.ModifyListener, wire.Fields{Reads: "ListenerArn DefaultActions Port Protocol"})
	wire.Handle(m, s, b.CreateRule, wire.Fields{Reads: "Actions Conditions ListenerArn Priority Tags"})
	wire.Handle(m, s, b.DeleteRule, wire.Fields{Reads: "RuleArn"})
	wire.Handle(m, s, b.DescribeRules, wire.Fields{Reads: "ListenerArn RuleArns Marker PageSize"})
	wire.Handle(m, s, b.ModifyRule, wire.Fields{Reads: "RuleArn Actions Conditions"})
	wire.Handle(m, s, b.SetRulePriorities, wire.Fields{Reads: "RulePriorities"})
	wire.Handle(m, s, b.ModifyTargetGroupAttributes, wire.Fields{Reads: "TargetGroupArn Attributes"})
	wire.Handle(m, s, b.DescribeTargetGroupAttributes, wire.Fields{Reads: "TargetGroupArn"})
	wire.Handle(m, s, b.ModifyLoadBalancerAttributes, wire.Fields{Reads: "LoadBalancerArn Attributes"})
	wire.Handle(m, s, b.DescribeLoadBalancerAttributes, wire.Fields{Reads: "LoadBalancerArn"})
	wire.Handle(m, s, b.AddTags, wire.Fields{Reads: "ResourceArns Tags"})
	wire.Handle(m, s, b.RemoveTags, wire.Fields{Reads: "ResourceArns TagKeys"})
	wire.Handle(m, s, b.DescribeTags, wire.Fields{Reads: "ResourceArns"})
	wire.Handle(m, s, b.SetSecurityGroups, wire.Fields{Reads: "LoadBalancerArn SecurityGroups"})
	wire.Handle(m, s, b.SetSubnets, wire.Fields{Reads: "LoadBalancerArn IpAddressType SubnetMappings Subnets"})
	wire.Handle(m, s, b.DescribeAccountLimits, wire.Fields{Reads: "Marker PageSize"})
	wire.Handle(m, s, b.DescribeListenerAttributes, wire.Fields{Reads: "ListenerArn"})
}
