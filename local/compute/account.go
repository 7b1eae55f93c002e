package compute

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// DescribeAccountAttributes tells the account's few attributes that still mean
// something.
func (c *Cloud) DescribeAccountAttributes(ctx context.Context, in *ec2.DescribeAccountAttributesInput) (*ec2.DescribeAccountAttributesOutput, error) {
	out := &ec2.DescribeAccountAttributesOutput{}
	for _, a := range []struct{ name, value string }{
		{"supported-platforms", "VPC"}, {"default-vpc", c.VpcID()}, {"max-instances", fmtInt(aws.Int32(maxLaunch))},
	} {
		if len(in.AttributeNames) == 0 || slices.Contains(in.AttributeNames, types.AccountAttributeName(a.name)) {
			out.AccountAttributes = append(out.AccountAttributes, types.AccountAttribute{
				AttributeName: &a.name, AttributeValues: []types.AccountAttributeValue{{AttributeValue: &a.value}},
			})
		}
	}
	return out, nil
}
