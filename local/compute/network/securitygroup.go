package network

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

var groupKind = shelf.Kind{
	Type: "security-group", Prefix: "sg", Malformed: "InvalidGroupId.Malformed", NotFound: "InvalidGroup.NotFound",
	One: "The security group '%s' does not exist", Many: "The security groups '%s' do not exist",
}

// group is a security group. Its lists are replaced, never changed, since
// answers share them.
type group struct {
	id, name, description string
	vpc                   string
	rules                 []types.SecurityGroupRule
}

// addGroup makes a group that lets everything out.
func (n *Network) addGroup(id, name, description string) *group {
	g := &group{id: id, name: name, description: description, vpc: n.VpcID()}
	n.groups.Put(id, g)
	out := n.newRule(g, true, types.IpPermission{IpProtocol: aws.String("-1")})
	out.CidrIpv4 = aws.String("0.0.0.0/0")
	g.rules = []types.SecurityGroupRule{out}
	if name == "default" {
		in := n.newRule(g, false, types.IpPermission{IpProtocol: aws.String("-1")})
		in.ReferencedGroupInfo = &types.ReferencedSecurityGroup{GroupId: &g.id, UserId: &n.o.Account}
		g.rules = append(g.rules, in)
	}
	return g
}

// SeedSecurityGroup adds a security group with a given id.
func (n *Network) SeedSecurityGroup(id, name string) error {
	if err := groupKind.Check(id); err != nil {
		return err
	}
	if n.named(name) != nil {
		return fmt.Errorf("the name %q is taken", name)
	}
	if _, there := n.groups.Look(id); !there {
		n.addGroup(id, name, "given from the start")
	}
	return nil
}

func (n *Network) named(name string) *group {
	for _, g := range n.groups.All() {
		if g.name == name {
			return g
		}
	}
	return nil
}

// DefaultGroup is the security group of what names none.
func (n *Network) DefaultGroup() string { return n.named("default").id }

// Groups finds the groups that a launch names by id and by name, or the default
// one if it names none.
func (n *Network) Groups(ids, names []string) ([]types.GroupIdentifier, error) {
	found, err := n.groups.FindAll(ids)
	if err != nil {
		return nil, err
	}
	if len(ids)+len(names) == 0 {
		names = []string{"default"}
	}
	for _, name := range names {
		g := n.named(name)
		if g == nil {
			return nil, n.unknownName(name)
		}
		if !slices.Contains(found, g) {
			found = append(found, g)
		}
	}
	var groups []types.GroupIdentifier
	for _, g := range found {
		groups = append(groups, types.GroupIdentifier{GroupId: &g.id, GroupName: &g.name})
	}
	return groups, nil
}

func (n *Network) unknownName(name string) error {
	return wire.Errorf("InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC '%s'", name, n.VpcID())
}

// find gives the group that an operation names by id or by name.
func (n *Network) find(id, name *string) (*group, error) {
	switch {
	case aws.ToString(id) != "":
		return n.groups.Find(*id)
	case aws.ToString(name) == "":
		return nil, missing("groupName or groupId")
	}
	if g := n.named(*name); g != nil {
		return g, nil
	}
	return nil, n.unknownName(*name)
}

func missing(parameter string) error {
	return wire.Errorf("MissingParameter", "The request must contain the parameter %s", parameter)
}

// CreateSecurityGroup makes a group.
func (n *Network) CreateSecurityGroup(ctx context.Context, in *ec2.CreateSecurityGroupInput) (*ec2.CreateSecurityGroupOutput, error) {
	name, description := aws.ToString(in.GroupName), aws.ToString(in.Description)
	switch {
	case name == "":
		return nil, missing("GroupName")
	case description == "":
		return nil, missing("GroupDescription")
	case len(name) > 255 || len(description) > 255:
		return nil, wire.Errorf("InvalidParameterValue", "Value for parameter GroupName or GroupDescription is invalid. Character limit of 255 characters exceeded.")
	case name == "default":
		return nil, wire.Errorf("InvalidParameterValue", "Cannot use reserved security group name: default")
	case strings.HasPrefix(name, "sg-"):
		return nil, wire.Errorf("InvalidParameterValue", "Value (%s) for parameter GroupName is invalid. Group names may not be in the format sg-*", name)
	}
	if err := n.checkVpc(in.VpcId); err != nil {
		return nil, err
	}
	tags, err := shelf.Specified(in.TagSpecifications, types.ResourceTypeSecurityGroup)
	if err != nil {
		return nil, err
	}
	if n.named(name) != nil {
		return nil, wire.Errorf("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", name, n.VpcID())
	}
	g := n.addGroup(groupKind.NewID(), name, description)
	if err := n.o.Tags.Put(g.id, tags[types.ResourceTypeSecurityGroup]); err != nil {
		return nil, err
	}
	return &ec2.CreateSecurityGroupOutput{GroupId: &g.id, SecurityGroupArn: n.arn("security-group", g.id), Tags: n.o.Tags.Of(g.id)}, nil
}

func (n *Network) arn(kind, id string) *string {
	return aws.String(fmt.Sprintf("arn:aws:ec2:%s:%s:%s/%s", n.o.Region, n.o.Account, kind, id))
}

// DeleteSecurityGroup deletes a group that nothing uses.
func (n *Network) DeleteSecurityGroup(ctx context.Context, in *ec2.DeleteSecurityGroupInput) (*ec2.DeleteSecurityGroupOutput, error) {
	g, err := n.find(in.GroupId, in.GroupName)
	if err != nil {
		return nil, err
	}
	if g.name == "default" {
		return nil, wire.Errorf("CannotDelete", "the specified group: %q name: %q cannot be deleted by a user", g.id, g.name)
	}
	used := n.o.GroupInUse(g.id)
	for _, other := range n.groups.All() {
		used = used || other != g && slices.Contains(referred(other), g.id)
	}
	if used {
		return nil, wire.Errorf("DependencyViolation", "resource %s has a dependent object", g.id)
	}
	n.groups.Remove(g.id)
	return &ec2.DeleteSecurityGroupOutput{GroupId: &g.id, Return: aws.Bool(true)}, nil
}

// referred are the groups that a group's rules name.
func referred(g *group) []string {
	var ids []string
	for _, r := range g.rules {
		if r.ReferencedGroupInfo != nil {
			ids = append(ids, *r.ReferencedGroupInfo.GroupId)
		}
	}
	return ids
}

var groupFacts = shelf.Facts[*group]{
	"group-id":                  func(g *group) []string { return []string{g.id} },
	"group-name":                func(g *group) []string { return []string{g.name} },
	"description":               func(g *group) []string { return []string{g.description} },
	"vpc-id":                    func(g *group) []string { return []string{g.vpc} },
	"ip-permission.cidr":        func(g *group) []string { return ruleTexts(g, false, peer) },
	"ip-permission.from-port":   func(g *group) []string { return ruleTexts(g, false, fromPort) },
	"ip-permission.to-port":     func(g *group) []string { return ruleTexts(g, false, toPort) },
	"ip-permission.protocol":    func(g *group) []string { return ruleTexts(g, false, protocol) },
	"ip-permission.group-id":    func(g *group) []string { return referred(g) },
	"egress.ip-permission.cidr": func(g *group) []string { return ruleTexts(g, true, peer) },
}

// DescribeSecurityGroups finds groups with their rules.
func (n *Network) DescribeSecurityGroups(ctx context.Context, in *ec2.DescribeSecurityGroupsInput) (*ec2.DescribeSecurityGroupsOutput, error) {
	for _, name := range in.GroupNames {
		if n.named(name) == nil {
			return nil, n.unknownName(name)
		}
	}
	found, err := n.groups.Query(in.GroupIds, in.Filters)
	if err != nil {
		return nil, err
	}
	if len(in.GroupNames) > 0 {
		found = slices.DeleteFunc(found, func(g *group) bool { return !slices.Contains(in.GroupNames, g.name) })
	}
	page, next, err := shelf.Page(found, in.GroupIds, 5, in.NextToken, in.MaxResults)
	out := &ec2.DescribeSecurityGroupsOutput{NextToken: next}
	for _, g := range page {
		out.SecurityGroups = append(out.SecurityGroups, types.SecurityGroup{
			GroupId: &g.id, GroupName: &g.name, Description: &g.description, VpcId: &g.vpc, OwnerId: &n.o.Account,
			SecurityGroupArn: n.arn("security-group", g.id), Tags: n.o.Tags.Of(g.id),
			IpPermissions: permissions(g.rules, false), IpPermissionsEgress: permissions(g.rules, true),
		})
	}
	return out, err
}
