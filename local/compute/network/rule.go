package network

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

var ruleKind = shelf.Kind{
	Type: "security-group-rule", Prefix: "sgr", Malformed: "InvalidSecurityGroupRuleId.Malformed",
	NotFound: "InvalidSecurityGroupRuleId.NotFound", One: "The security group rule ID '%s' does not exist",
}

func (n *Network) newRule(g *group, egress bool, p types.IpPermission) types.SecurityGroupRule {
	from, to := p.FromPort, p.ToPort
	if aws.ToString(p.IpProtocol) == "-1" {
		from, to = aws.Int32(-1), aws.Int32(-1)
	}
	id := ruleKind.NewID()
	return types.SecurityGroupRule{
		SecurityGroupRuleId: &id, SecurityGroupRuleArn: n.arn("security-group-rule", id),
		GroupId: &g.id, GroupOwnerId: &n.o.Account, IsEgress: &egress,
		IpProtocol: p.IpProtocol, FromPort: from, ToPort: to,
	}
}

func peer(r types.SecurityGroupRule) string {
	if r.ReferencedGroupInfo != nil {
		return *r.ReferencedGroupInfo.GroupId
	}
	return aws.ToString(r.CidrIpv4) + aws.ToString(r.CidrIpv6)
}

func protocol(r types.SecurityGroupRule) string { return *r.IpProtocol }
func fromPort(r types.SecurityGroupRule) string { return strconv.Itoa(int(aws.ToInt32(r.FromPort))) }
func toPort(r types.SecurityGroupRule) string   { return strconv.Itoa(int(aws.ToInt32(r.ToPort))) }

// same says whether two rules let the same through.
func same(a, b types.SecurityGroupRule) bool {
	return *a.IsEgress == *b.IsEgress && protocol(a) == protocol(b) && peer(a) == peer(b) &&
		fromPort(a) == fromPort(b) && toPort(a) == toPort(b)
}

func ruleTexts(g *group, egress bool, text func(types.SecurityGroupRule) string) []string {
	var texts []string
	for _, r := range g.rules {
		if *r.IsEgress == egress {
			texts = append(texts, text(r))
		}
	}
	return texts
}

// authorize adds rules, all or none.
func (n *Network) authorize(g *group, egress bool, given []types.IpPermission, specs []types.TagSpecification) ([]types.SecurityGroupRule, error) {
	tags, err := shelf.Specified(specs, types.ResourceTypeSecurityGroupRule)
	if err != nil {
		return nil, err
	}
	rules, err := n.spread(g, egress, given)
	if err != nil {
		return nil, err
	}
	kept := slices.Clone(g.rules)
	for i := range rules {
		for _, old := range kept {
			if same(old, rules[i]) {
				return nil, wire.Errorf("InvalidPermission.Duplicate", "the specified rule %q already exists", ruleText(rules[i]))
			}
		}
		rules[i].Tags = tags[types.ResourceTypeSecurityGroupRule]
		kept = append(kept, rules[i])
	}
	g.rules = kept
	return rules, nil
}

func ruleText(r types.SecurityGroupRule) string {
	name := strings.ToUpper(protocol(r))
	if name == "-1" {
		name = "ALL"
	}
	return fmt.Sprintf("peer: %s, %s, from port: %s, to port: %s, ALLOW", peer(r), name, fromPort(r), toPort(r))
}

// revoke removes the rules that ids or permissions name, all or none.
func (n *Network) revoke(g *group, egress bool, ids []string, given []types.IpPermission) ([]types.RevokedSecurityGroupRule, error) {
	goes := func(r types.SecurityGroupRule) bool { return slices.Contains(ids, *r.SecurityGroupRuleId) }
	wanted := len(ids)
	if wanted == 0 {
		rules, err := n.spread(g, egress, given)
		if err != nil {
			return nil, err
		}
		wanted = len(rules)
		goes = func(r types.SecurityGroupRule) bool {
			return slices.ContainsFunc(rules, func(o types.SecurityGroupRule) bool { return same(o, r) })
		}
	}
	var kept []types.SecurityGroupRule
	var gone []types.RevokedSecurityGroupRule
	for _, r := range g.rules {
		if *r.IsEgress != egress || !goes(r) {
			kept = append(kept, r)
			continue
		}
		revoked := types.RevokedSecurityGroupRule{
			SecurityGroupRuleId: r.SecurityGroupRuleId, GroupId: r.GroupId, IsEgress: r.IsEgress, Description: r.Description,
			IpProtocol: r.IpProtocol, FromPort: r.FromPort, ToPort: r.ToPort, CidrIpv4: r.CidrIpv4, CidrIpv6: r.CidrIpv6,
		}
		if r.ReferencedGroupInfo != nil {
			revoked.ReferencedGroupId = r.ReferencedGroupInfo.GroupId
		}
		gone = append(gone, revoked)
	}
	if len(gone) < wanted {
		return nil, wire.Errorf("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
	}
	g.rules = kept
	return gone, nil
}

// AuthorizeSecurityGroupIngress adds rules for what comes in.
func (n *Network) AuthorizeSecurityGroupIngress(ctx context.Context, in *ec2.AuthorizeSecurityGroupIngressInput) (*ec2.AuthorizeSecurityGroupIngressOutput, error) {
	g, err := n.find(in.GroupId, in.GroupName)
	if err != nil {
		return nil, err
	}
	given := append(single(in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort, in.SourceSecurityGroupName), in.IpPermissions...)
	rules, err := n.authorize(g, false, given, in.TagSpecifications)
	return &ec2.AuthorizeSecurityGroupIngressOutput{Return: aws.Bool(true), SecurityGroupRules: rules}, err
}

// AuthorizeSecurityGroupEgress adds rules for what goes out.
func (n *Network) AuthorizeSecurityGroupEgress(ctx context.Context, in *ec2.AuthorizeSecurityGroupEgressInput) (*ec2.AuthorizeSecurityGroupEgressOutput, error) {
	g, err := n.find(in.GroupId, nil)
	if err != nil {
		return nil, err
	}
	given := append(single(in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort, in.SourceSecurityGroupName), in.IpPermissions...)
	rules, err := n.authorize(g, true, given, in.TagSpecifications)
	return &ec2.AuthorizeSecurityGroupEgressOutput{Return: aws.Bool(true), SecurityGroupRules: rules}, err
}

// RevokeSecurityGroupIngress removes rules for what comes in.
func (n *Network) RevokeSecurityGroupIngress(ctx context.Context, in *ec2.RevokeSecurityGroupIngressInput) (*ec2.RevokeSecurityGroupIngressOutput, error) {
	g, err := n.find(in.GroupId, in.GroupName)
	if err != nil {
		return nil, err
	}
	given := append(single(in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort, in.SourceSecurityGroupName), in.IpPermissions...)
	gone, err := n.revoke(g, false, in.SecurityGroupRuleIds, given)
	return &ec2.RevokeSecurityGroupIngressOutput{Return: aws.Bool(true), RevokedSecurityGroupRules: gone}, err
}

// RevokeSecurityGroupEgress removes rules for what goes out.
func (n *Network) RevokeSecurityGroupEgress(ctx context.Context, in *ec2.RevokeSecurityGroupEgressInput) (*ec2.RevokeSecurityGroupEgressOutput, error) {
	g, err := n.find(in.GroupId, nil)
	if err != nil {
		return nil, err
	}
	given := append(single(in.CidrIp, in.IpProtocol, in.FromPort, in.ToPort, in.SourceSecurityGroupName), in.IpPermissions...)
	gone, err := n.revoke(g, true, in.SecurityGroupRuleIds, given)
	return &ec2.RevokeSecurityGroupEgressOutput{Return: aws.Bool(true), RevokedSecurityGroupRules: gone}, err
}

var ruleFacts = shelf.Facts[types.SecurityGroupRule]{
	"group-id":               func(r types.SecurityGroupRule) []string { return shelf.Text(r.GroupId) },
	"security-group-rule-id": func(r types.SecurityGroupRule) []string { return shelf.Text(r.SecurityGroupRuleId) },
}

// DescribeSecurityGroupRules finds single rules.
func (n *Network) DescribeSecurityGroupRules(ctx context.Context, in *ec2.DescribeSecurityGroupRulesInput) (*ec2.DescribeSecurityGroupRulesOutput, error) {
	all := shelf.New(ruleKind, n.o.Tags, ruleFacts)
	for _, g := range n.groups.All() {
		for _, r := range g.rules {
			all.Put(*r.SecurityGroupRuleId, r)
		}
	}
	found, err := all.Query(in.SecurityGroupRuleIds, in.Filters)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(found, in.SecurityGroupRuleIds, 5, in.NextToken, in.MaxResults)
	return &ec2.DescribeSecurityGroupRulesOutput{SecurityGroupRules: page, NextToken: next}, err
}
