package images

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// OpenGroup makes a security group that lets TCP in to one port from one CIDR,
// in the subnet's network, or the default one if the subnet is empty.
func (c *Store) OpenGroup(ctx context.Context, name, subnet, cidr string, port int, bake gekko.Bake) (id string, err error) {
	network, err := c.network(ctx, subnet)
	if err != nil {
		return "", err
	}
	id, err = c.makeGroup(ctx, name, network, bake)
	if err != nil {
		return "", fmt.Errorf("security group %s: %w", name, err)
	}
	if err := c.letIn(ctx, id, cidr, port); err != nil {
		return id, fmt.Errorf("security group %s: %w", id, err)
	}
	return id, nil
}

// network is the id of a subnet's network, or of the default one.
func (c *Store) network(ctx context.Context, subnet string) (string, error) {
	if subnet != "" {
		out, err := c.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{subnet}})
		if err == nil && len(out.Subnets) == 0 {
			err = gekko.ErrNotFound
		}
		if err != nil {
			return "", fmt.Errorf("subnet %s: %w", subnet, answer.Kind(err))
		}
		return aws.ToString(out.Subnets[0].VpcId), nil
	}
	out, err := c.ec2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{having("is-default", "true")}})
	if err != nil {
		return "", fmt.Errorf("default network: %w", answer.Kind(err))
	}
	if len(out.Vpcs) == 0 {
		err := fmt.Errorf("default network: %w in region %s", gekko.ErrNotFound, c.region)
		return "", gekko.Hint(err, "set image.subnet in gekko.yaml")
	}
	return aws.ToString(out.Vpcs[0].VpcId), nil
}

// makeGroup makes an empty group. One of that name that is marked as this
// bake's is what an answer that got lost had made.
func (c *Store) makeGroup(ctx context.Context, name, network string, bake gekko.Bake) (string, error) {
	out, err := c.ec2.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
		GroupName:         aws.String(name),
		Description:       aws.String("gekko: SSH to the builder of " + string(bake.Snapshot)),
		VpcId:             aws.String(network),
		TagSpecifications: tagged(tag.OfBake(bake), ec2types.ResourceTypeSecurityGroup),
	})
	if err == nil {
		return aws.ToString(out.GroupId), nil
	}
	if answer.Code(err) == "InvalidGroup.Duplicate" {
		found, look := c.securityGroups(ctx, having("group-name", name), having("vpc-id", network), having("tag:"+tag.Bake, bake.ID))
		if look == nil && len(found) > 0 {
			return aws.ToString(found[0].GroupId), nil
		}
	}
	return "", answer.Kind(err)
}

// letIn opens the group. A group that was just made may not be known
// everywhere yet, so that is tried some times more.
func (c *Store) letIn(ctx context.Context, id, cidr string, port int) error {
	rule := ec2types.IpPermission{
		IpProtocol: aws.String("tcp"),
		FromPort:   aws.Int32(int32(port)),
		ToPort:     aws.Int32(int32(port)),
	}
	const why = "gekko builds from here"
	if strings.Contains(cidr, ":") {
		rule.Ipv6Ranges = []ec2types.Ipv6Range{{CidrIpv6: aws.String(cidr), Description: aws.String(why)}}
	} else {
		rule.IpRanges = []ec2types.IpRange{{CidrIp: aws.String(cidr), Description: aws.String(why)}}
	}
	const tries = 5
	for try := 1; ; try++ {
		_, err := c.ec2.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{
			GroupId:       aws.String(id),
			IpPermissions: []ec2types.IpPermission{rule},
		})
		if err == nil || answer.Code(err) == "InvalidPermission.Duplicate" {
			return nil
		}
		if try == tries || !answer.Gone(answer.Kind(err)) {
			return answer.Kind(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// DeleteGroup deletes a security group; one that is gone is deleted already. It
// is ErrConflict while an instance that is ending still uses it.
func (c *Store) DeleteGroup(ctx context.Context, id string) error {
	_, err := c.ec2.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: aws.String(id)})
	if err != nil && !answer.Gone(answer.Kind(err)) {
		return fmt.Errorf("security group %s: %w", id, answer.Kind(err))
	}
	return nil
}

// securityGroups are all pages of those that fit the filters.
func (c *Store) securityGroups(ctx context.Context, filters ...ec2types.Filter) ([]ec2types.SecurityGroup, error) {
	var all []ec2types.SecurityGroup
	in := &ec2.DescribeSecurityGroupsInput{Filters: filters}
	for p := ec2.NewDescribeSecurityGroupsPaginator(c.ec2, in); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("security groups: %w", answer.Kind(err))
		}
		all = append(all, page.SecurityGroups...)
	}
	return all, nil
}
