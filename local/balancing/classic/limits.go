package classic

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"

	"gekko/local/wire"
)

// DescribeAccountLimitsClassic tells what is held to here; the figures are AWS's defaults.
func (b *Classic) DescribeAccountLimitsClassic(_ context.Context, in *elb.DescribeAccountLimitsInput) (*elb.DescribeAccountLimitsOutput, error) {
	var all []types.Limit
	for _, l := range []struct {
		name string
		most int
	}{
		{"classic-load-balancers", balancersEach},
		{"classic-listeners", listenersEach},
		{"classic-registered-instances", instancesEach},
	} {
		all = append(all, types.Limit{Name: aws.String(l.name), Max: aws.String(strconv.Itoa(l.most))})
	}
	page, next, err := wire.Page(all, in.Marker, in.PageSize, 400)
	return &elb.DescribeAccountLimitsOutput{Limits: page, NextMarker: next}, err
}
