package classic

import (
	"context"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"

	"gekko/local/wire"
)

// DescribeLoadBalancerPolicies tells that a balancer has none: nothing here
// makes one. Of AWS's own sample policies, which a request without a balancer's
// name is about, there are none either.
func (b *Classic) DescribeLoadBalancerPolicies(_ context.Context, in *elb.DescribeLoadBalancerPoliciesInput) (*elb.DescribeLoadBalancerPoliciesOutput, error) {
	if in.LoadBalancerName != nil {
		if _, err := b.balancer(in.LoadBalancerName); err != nil {
			return nil, err
		}
	}
	if len(in.PolicyNames) > 0 {
		return nil, wire.Errorf("PolicyNotFound", "There is no policy with name %s", in.PolicyNames[0])
	}
	return &elb.DescribeLoadBalancerPoliciesOutput{}, nil
}
