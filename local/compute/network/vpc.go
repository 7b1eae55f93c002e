package network

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

func invalidRegion(name string) error {
	return wire.Errorf("InvalidParameterValue", "Invalid region(s): [%s]", name)
}

var vpcFacts = shelf.Facts[*types.Vpc]{
	"vpc-id":     func(v *types.Vpc) []string { return shelf.Text(v.VpcId) },
	"owner-id":   func(v *types.Vpc) []string { return shelf.Text(v.OwnerId) },
	"cidr":       func(v *types.Vpc) []string { return shelf.Text(v.CidrBlock) },
	"state":      func(v *types.Vpc) []string { return []string{string(v.State)} },
	"is-default": func(v *types.Vpc) []string { return shelf.Flag(v.IsDefault) },
	"isDefault":  func(v *types.Vpc) []string { return shelf.Flag(v.IsDefault) },
}

// DescribeVpcs finds networks.
func (n *Network) DescribeVpcs(ctx context.Context, in *ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) {
	found, err := n.vpcs.Query(in.VpcIds, in.Filters)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(found, in.VpcIds, 5, in.NextToken, in.MaxResults)
	out := &ec2.DescribeVpcsOutput{NextToken: next}
	for _, v := range page {
		vpc := *v
		vpc.Tags = n.o.Tags.Of(*v.VpcId)
		out.Vpcs = append(out.Vpcs, vpc)
	}
	return out, err
}

// DescribeVpcAttribute tells one attribute of a network: names of hosts are
// resolved and given, as in a default network.
func (n *Network) DescribeVpcAttribute(ctx context.Context, in *ec2.DescribeVpcAttributeInput) (*ec2.DescribeVpcAttributeOutput, error) {
	vpc, err := n.vpcs.Find(aws.ToString(in.VpcId))
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVpcAttributeOutput{VpcId: vpc.VpcId}
	switch in.Attribute {
	case types.VpcAttributeNameEnableDnsSupport:
		out.EnableDnsSupport = &types.AttributeBooleanValue{Value: aws.Bool(true)}
	case types.VpcAttributeNameEnableDnsHostnames:
		out.EnableDnsHostnames = &types.AttributeBooleanValue{Value: aws.Bool(true)}
	default:
		out.EnableNetworkAddressUsageMetrics = &types.AttributeBooleanValue{Value: aws.Bool(false)}
	}
	return out, nil
}

func (n *Network) subnetFacts() shelf.Facts[*types.Subnet] {
	zone := func(s *types.Subnet) []string { return shelf.Text(s.AvailabilityZone) }
	usual := func(s *types.Subnet) []string { return shelf.Flag(s.DefaultForAz) }
	block := func(s *types.Subnet) []string { return shelf.Text(s.CidrBlock) }
	return shelf.Facts[*types.Subnet]{
		"subnet-id":               func(s *types.Subnet) []string { return shelf.Text(s.SubnetId) },
		"subnet-arn":              func(s *types.Subnet) []string { return shelf.Text(s.SubnetArn) },
		"vpc-id":                  func(s *types.Subnet) []string { return shelf.Text(s.VpcId) },
		"owner-id":                func(s *types.Subnet) []string { return shelf.Text(s.OwnerId) },
		"state":                   func(s *types.Subnet) []string { return []string{string(s.State)} },
		"availability-zone":       zone,
		"availabilityZone":        zone,
		"availability-zone-id":    func(s *types.Subnet) []string { return shelf.Text(s.AvailabilityZoneId) },
		"default-for-az":          usual,
		"defaultForAz":            usual,
		"cidr-block":              block,
		"cidr":                    block,
		"cidrBlock":               block,
		"map-public-ip-on-launch": func(s *types.Subnet) []string { return shelf.Flag(s.MapPublicIpOnLaunch) },
		"available-ip-address-count": func(s *types.Subnet) []string {
			return []string{strconv.Itoa(int(n.free(s)))}
		},
	}
}

// free is how many of a subnet's addresses are left: AWS keeps five of each.
func (n *Network) free(s *types.Subnet) int32 { return 4096 - 5 - int32(n.o.Addresses(*s.SubnetId)) }

// DescribeSubnets finds subnets.
func (n *Network) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error) {
	found, err := n.subnets.Query(in.SubnetIds, in.Filters)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(found, in.SubnetIds, 5, in.NextToken, in.MaxResults)
	out := &ec2.DescribeSubnetsOutput{NextToken: next}
	for _, s := range page {
		subnet := *s
		subnet.AvailableIpAddressCount = aws.Int32(n.free(s))
		subnet.Tags = n.o.Tags.Of(*s.SubnetId)
		out.Subnets = append(out.Subnets, subnet)
	}
	return out, err
}
