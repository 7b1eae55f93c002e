package application

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/wire"
)

// DescribeAccountLimits tells what is held to here; the figures are AWS's defaults.
func (b *Application) DescribeAccountLimits(_ context.Context, in *elbv2.DescribeAccountLimitsInput) (*elbv2.DescribeAccountLimitsOutput, error) {
	var all []types.Limit
	for _, l := range []struct {
		name string
		most int
	}{
		{"application-load-balancers", balancersEach},
		{"listeners-per-application-load-balancer", listenersEach},
		{"rules-per-application-load-balancer", rulesEach},
		{"condition-values-per-alb-rule", valuesPerRule},
		{"target-groups", groupsEach},
		{"target-groups-per-action-on-application-load-balancer", groupsPerAction},
		{"targets-per-application-load-balancer", targetsEach},
	} {
		all = append(all, types.Limit{Name: aws.String(l.name), Max: aws.String(strconv.Itoa(l.most))})
	}
	page, next, err := wire.Page(all, in.Marker, in.PageSize, 400)
	return &elbv2.DescribeAccountLimitsOutput{Limits: page, NextMarker: next}, err
}
