package balancing

import (
	"context"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gekko/local/wire"
)

func unbuilt(name string) error {
	return wire.Errorf("UnsupportedOperation", "%s is not built yet", name)
}

func (b *Balancers) CreateLoadBalancer(ctx context.Context, in *elbv2.CreateLoadBalancerInput) (*elbv2.CreateLoadBalancerOutput, error) {
	return nil, unbuilt("CreateLoadBalancer")
}

func (b *Balancers) DeleteLoadBalancer(ctx context.Context, in *elbv2.DeleteLoadBalancerInput) (*elbv2.DeleteLoadBalancerOutput, error) {
	return nil, unbuilt("DeleteLoadBalancer")
}

func (b *Balancers) DescribeLoadBalancers(ctx context.Context, in *elbv2.DescribeLoadBalancersInput) (*elbv2.DescribeLoadBalancersOutput, error) {
	return nil, unbuilt("DescribeLoadBalancers")
}

func (b *Balancers) CreateTargetGroup(ctx context.Context, in *elbv2.CreateTargetGroupInput) (*elbv2.CreateTargetGroupOutput, error) {
	return nil, unbuilt("CreateTargetGroup")
}

func (b *Balancers) DeleteTargetGroup(ctx context.Context, in *elbv2.DeleteTargetGroupInput) (*elbv2.DeleteTargetGroupOutput, error) {
	return nil, unbuilt("DeleteTargetGroup")
}

func (b *Balancers) DescribeTargetGroups(ctx context.Context, in *elbv2.DescribeTargetGroupsInput) (*elbv2.DescribeTargetGroupsOutput, error) {
	return nil, unbuilt("DescribeTargetGroups")
}

func (b *Balancers) ModifyTargetGroup(ctx context.Context, in *elbv2.ModifyTargetGroupInput) (*elbv2.ModifyTargetGroupOutput, error) {
	return nil, unbuilt("ModifyTargetGroup")
}

func (b *Balancers) RegisterTargets(ctx context.Context, in *elbv2.RegisterTargetsInput) (*elbv2.RegisterTargetsOutput, error) {
	return nil, unbuilt("RegisterTargets")
}

func (b *Balancers) DeregisterTargets(ctx context.Context, in *elbv2.DeregisterTargetsInput) (*elbv2.DeregisterTargetsOutput, error) {
	return nil, unbuilt("DeregisterTargets")
}

func (b *Balancers) DescribeTargetHealth(ctx context.Context, in *elbv2.DescribeTargetHealthInput) (*elbv2.DescribeTargetHealthOutput, error) {
	return nil, unbuilt("DescribeTargetHealth")
}

func (b *Balancers) CreateListener(ctx context.Context, in *elbv2.CreateListenerInput) (*elbv2.CreateListenerOutput, error) {
	return nil, unbuilt("CreateListener")
}

func (b *Balancers) DeleteListener(ctx context.Context, in *elbv2.DeleteListenerInput) (*elbv2.DeleteListenerOutput, error) {
	return nil, unbuilt("DeleteListener")
}

func (b *Balancers) DescribeListeners(ctx context.Context, in *elbv2.DescribeListenersInput) (*elbv2.DescribeListenersOutput, error) {
	return nil, unbuilt("DescribeListeners")
}

func (b *Balancers) ModifyListener(ctx context.Context, in *elbv2.ModifyListenerInput) (*elbv2.ModifyListenerOutput, error) {
	return nil, unbuilt("ModifyListener")
}

func (b *Balancers) CreateRule(ctx context.Context, in *elbv2.CreateRuleInput) (*elbv2.CreateRuleOutput, error) {
	return nil, unbuilt("CreateRule")
}

func (b *Balancers) DeleteRule(ctx context.Context, in *elbv2.DeleteRuleInput) (*elbv2.DeleteRuleOutput, error) {
	return nil, unbuilt("DeleteRule")
}

func (b *Balancers) DescribeRules(ctx context.Context, in *elbv2.DescribeRulesInput) (*elbv2.DescribeRulesOutput, error) {
	return nil, unbuilt("DescribeRules")
}

func (b *Balancers) ModifyRule(ctx context.Context, in *elbv2.ModifyRuleInput) (*elbv2.ModifyRuleOutput, error) {
	return nil, unbuilt("ModifyRule")
}

func (b *Balancers) SetRulePriorities(ctx context.Context, in *elbv2.SetRulePrioritiesInput) (*elbv2.SetRulePrioritiesOutput, error) {
	return nil, unbuilt("SetRulePriorities")
}

func (b *Balancers) ModifyTargetGroupAttributes(ctx context.Context, in *elbv2.ModifyTargetGroupAttributesInput) (*elbv2.ModifyTargetGroupAttributesOutput, error) {
	return nil, unbuilt("ModifyTargetGroupAttributes")
}

func (b *Balancers) DescribeTargetGroupAttributes(ctx context.Context, in *elbv2.DescribeTargetGroupAttributesInput) (*elbv2.DescribeTargetGroupAttributesOutput, error) {
	return nil, unbuilt("DescribeTargetGroupAttributes")
}

func (b *Balancers) ModifyLoadBalancerAttributes(ctx context.Context, in *elbv2.ModifyLoadBalancerAttributesInput) (*elbv2.ModifyLoadBalancerAttributesOutput, error) {
	return nil, unbuilt("ModifyLoadBalancerAttributes")
}

func (b *Balancers) DescribeLoadBalancerAttributes(ctx context.Context, in *elbv2.DescribeLoadBalancerAttributesInput) (*elbv2.DescribeLoadBalancerAttributesOutput, error) {
	return nil, unbuilt("DescribeLoadBalancerAttributes")
}

func (b *Balancers) AddTags(ctx context.Context, in *elbv2.AddTagsInput) (*elbv2.AddTagsOutput, error) {
	return nil, unbuilt("AddTags")
}

func (b *Balancers) RemoveTags(ctx context.Context, in *elbv2.RemoveTagsInput) (*elbv2.RemoveTagsOutput, error) {
	return nil, unbuilt("RemoveTags")
}

func (b *Balancers) DescribeTags(ctx context.Context, in *elbv2.DescribeTagsInput) (*elbv2.DescribeTagsOutput, error) {
	return nil, unbuilt("DescribeTags")
}

func (b *Balancers) SetSecurityGroups(ctx context.Context, in *elbv2.SetSecurityGroupsInput) (*elbv2.SetSecurityGroupsOutput, error) {
	return nil, unbuilt("SetSecurityGroups")
}

func (b *Balancers) SetSubnets(ctx context.Context, in *elbv2.SetSubnetsInput) (*elbv2.SetSubnetsOutput, error) {
	return nil, unbuilt("SetSubnets")
}

func (b *Balancers) DescribeAccountLimits(ctx context.Context, in *elbv2.DescribeAccountLimitsInput) (*elbv2.DescribeAccountLimitsOutput, error) {
	return nil, unbuilt("DescribeAccountLimits")
}

func (b *Balancers) DescribeListenerAttributes(ctx context.Context, in *elbv2.DescribeListenerAttributesInput) (*elbv2.DescribeListenerAttributesOutput, error) {
	return nil, unbuilt("DescribeListenerAttributes")
}

func (b *Balancers) CreateLoadBalancerClassic(ctx context.Context, in *elb.CreateLoadBalancerInput) (*elb.CreateLoadBalancerOutput, error) {
	return nil, unbuilt("CreateLoadBalancer")
}

func (b *Balancers) DeleteLoadBalancerClassic(ctx context.Context, in *elb.DeleteLoadBalancerInput) (*elb.DeleteLoadBalancerOutput, error) {
	return nil, unbuilt("DeleteLoadBalancer")
}

func (b *Balancers) DescribeLoadBalancersClassic(ctx context.Context, in *elb.DescribeLoadBalancersInput) (*elb.DescribeLoadBalancersOutput, error) {
	return nil, unbuilt("DescribeLoadBalancers")
}

func (b *Balancers) RegisterInstancesWithLoadBalancer(ctx context.Context, in *elb.RegisterInstancesWithLoadBalancerInput) (*elb.RegisterInstancesWithLoadBalancerOutput, error) {
	return nil, unbuilt("RegisterInstancesWithLoadBalancer")
}

func (b *Balancers) DeregisterInstancesFromLoadBalancer(ctx context.Context, in *elb.DeregisterInstancesFromLoadBalancerInput) (*elb.DeregisterInstancesFromLoadBalancerOutput, error) {
	return nil, unbuilt("DeregisterInstancesFromLoadBalancer")
}

func (b *Balancers) DescribeInstanceHealth(ctx context.Context, in *elb.DescribeInstanceHealthInput) (*elb.DescribeInstanceHealthOutput, error) {
	return nil, unbuilt("DescribeInstanceHealth")
}

func (b *Balancers) ConfigureHealthCheck(ctx context.Context, in *elb.ConfigureHealthCheckInput) (*elb.ConfigureHealthCheckOutput, error) {
	return nil, unbuilt("ConfigureHealthCheck")
}

func (b *Balancers) ModifyLoadBalancerAttributesClassic(ctx context.Context, in *elb.ModifyLoadBalancerAttributesInput) (*elb.ModifyLoadBalancerAttributesOutput, error) {
	return nil, unbuilt("ModifyLoadBalancerAttributes")
}

func (b *Balancers) DescribeLoadBalancerAttributesClassic(ctx context.Context, in *elb.DescribeLoadBalancerAttributesInput) (*elb.DescribeLoadBalancerAttributesOutput, error) {
	return nil, unbuilt("DescribeLoadBalancerAttributes")
}

func (b *Balancers) AddTagsClassic(ctx context.Context, in *elb.AddTagsInput) (*elb.AddTagsOutput, error) {
	return nil, unbuilt("AddTags")
}

func (b *Balancers) RemoveTagsClassic(ctx context.Context, in *elb.RemoveTagsInput) (*elb.RemoveTagsOutput, error) {
	return nil, unbuilt("RemoveTags")
}

func (b *Balancers) DescribeTagsClassic(ctx context.Context, in *elb.DescribeTagsInput) (*elb.DescribeTagsOutput, error) {
	return nil, unbuilt("DescribeTags")
}

func (b *Balancers) CreateLoadBalancerListeners(ctx context.Context, in *elb.CreateLoadBalancerListenersInput) (*elb.CreateLoadBalancerListenersOutput, error) {
	return nil, unbuilt("CreateLoadBalancerListeners")
}

func (b *Balancers) DeleteLoadBalancerListeners(ctx context.Context, in *elb.DeleteLoadBalancerListenersInput) (*elb.DeleteLoadBalancerListenersOutput, error) {
	return nil, unbuilt("DeleteLoadBalancerListeners")
}

func (b *Balancers) EnableAvailabilityZonesForLoadBalancer(ctx context.Context, in *elb.EnableAvailabilityZonesForLoadBalancerInput) (*elb.EnableAvailabilityZonesForLoadBalancerOutput, error) {
	return nil, unbuilt("EnableAvailabilityZonesForLoadBalancer")
}

func (b *Balancers) DisableAvailabilityZonesForLoadBalancer(ctx context.Context, in *elb.DisableAvailabilityZonesForLoadBalancerInput) (*elb.DisableAvailabilityZonesForLoadBalancerOutput, error) {
	return nil, unbuilt("DisableAvailabilityZonesForLoadBalancer")
}

func (b *Balancers) AttachLoadBalancerToSubnets(ctx context.Context, in *elb.AttachLoadBalancerToSubnetsInput) (*elb.AttachLoadBalancerToSubnetsOutput, error) {
	return nil, unbuilt("AttachLoadBalancerToSubnets")
}

func (b *Balancers) DetachLoadBalancerFromSubnets(ctx context.Context, in *elb.DetachLoadBalancerFromSubnetsInput) (*elb.DetachLoadBalancerFromSubnetsOutput, error) {
	return nil, unbuilt("DetachLoadBalancerFromSubnets")
}

func (b *Balancers) ApplySecurityGroupsToLoadBalancer(ctx context.Context, in *elb.ApplySecurityGroupsToLoadBalancerInput) (*elb.ApplySecurityGroupsToLoadBalancerOutput, error) {
	return nil, unbuilt("ApplySecurityGroupsToLoadBalancer")
}

func (b *Balancers) DescribeAccountLimitsClassic(ctx context.Context, in *elb.DescribeAccountLimitsInput) (*elb.DescribeAccountLimitsOutput, error) {
	return nil, unbuilt("DescribeAccountLimits")
}
