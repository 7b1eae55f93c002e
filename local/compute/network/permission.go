package network

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// spread makes one rule of each peer that the permissions name.
func (n *Network) spread(g *group, egress bool, given []types.IpPermission) ([]types.SecurityGroupRule, error) {
	if len(given) == 0 {
		return nil, missing("ipPermissions")
	}
	var rules []types.SecurityGroupRule
	for _, p := range given {
		p, err := settle(p)
		if err != nil {
			return nil, err
		}
		before := len(rules)
		for _, r := range p.IpRanges {
			rule := n.newRule(g, egress, p)
			if rule.CidrIpv4, err = masked(r.CidrIp, netip.Addr.Is4); err != nil {
				return nil, err
			}
			rule.Description = r.Description
			rules = append(rules, rule)
		}
		for _, r := range p.Ipv6Ranges {
			rule := n.newRule(g, egress, p)
			if rule.CidrIpv6, err = masked(r.CidrIpv6, netip.Addr.Is6); err != nil {
				return nil, err
			}
			rule.Description = r.Description
			rules = append(rules, rule)
		}
		for _, pair := range p.UserIdGroupPairs {
			other, err := n.find(pair.GroupId, pair.GroupName)
			if err != nil {
				return nil, err
			}
			rule := n.newRule(g, egress, p)
			rule.ReferencedGroupInfo = &types.ReferencedSecurityGroup{GroupId: &other.id, UserId: &n.o.Account}
			rule.Description = pair.Description
			rules = append(rules, rule)
		}
		if len(rules) == before {
			return nil, wire.Errorf("InvalidParameterValue", "Invalid value 'null' for a peer of the permission. It must name a CIDR block or a group.")
		}
	}
	return rules, nil
}

// settle gives a permission as it is kept: the protocol's name in lower case,
// and ports where the protocol has some.
func settle(p types.IpPermission) (types.IpPermission, error) {
	name := strings.ToLower(aws.ToString(p.IpProtocol))
	numbers := map[string]string{"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
	if n, ok := numbers[name]; ok {
		name = n
	}
	switch name {
	case "tcp", "udp":
		from, to := aws.ToInt32(p.FromPort), aws.ToInt32(p.ToPort)
		if p.FromPort == nil || p.ToPort == nil || from < 0 || to > 65535 || from > to {
			return p, wire.Errorf("InvalidParameterValue", "Invalid value '%s' for portRange. Ports go from 0 to 65535, the first not above the last.", ports(p))
		}
	case "icmp", "icmpv6":
		if p.FromPort == nil || p.ToPort == nil {
			p.FromPort, p.ToPort = aws.Int32(-1), aws.Int32(-1)
		}
	case "-1":
	case "":
		return p, missing("IpProtocol")
	default:
		if _, err := strconv.ParseUint(name, 10, 8); err != nil {
			return p, wire.Errorf("InvalidParameterValue", "Invalid value '%s' for IP protocol. Unknown protocol.", name)
		}
	}
	p.IpProtocol = &name
	return p, nil
}

func ports(p types.IpPermission) string {
	text := func(n *int32) string {
		if n == nil {
			return "null"
		}
		return strconv.Itoa(int(*n))
	}
	return text(p.FromPort) + "-" + text(p.ToPort)
}

// masked checks a CIDR block and clears the bits of its host, as EC2 does.
func masked(cidr *string, family func(netip.Addr) bool) (*string, error) {
	prefix, err := netip.ParsePrefix(aws.ToString(cidr))
	if err != nil || !family(prefix.Addr()) {
		return nil, wire.Errorf("InvalidParameterValue", "CIDR block %s is malformed", aws.ToString(cidr))
	}
	return aws.String(prefix.Masked().String()), nil
}

// permissions gathers rules by protocol and ports, as groups are described.
func permissions(rules []types.SecurityGroupRule, egress bool) []types.IpPermission {
	var all []types.IpPermission
	for _, r := range rules {
		if *r.IsEgress != egress {
			continue
		}
		at := slices.IndexFunc(all, func(p types.IpPermission) bool {
			return *p.IpProtocol == protocol(r) && aws.ToInt32(p.FromPort) == aws.ToInt32(r.FromPort) && aws.ToInt32(p.ToPort) == aws.ToInt32(r.ToPort)
		})
		if at < 0 {
			at = len(all)
			all = append(all, types.IpPermission{IpProtocol: r.IpProtocol, FromPort: r.FromPort, ToPort: r.ToPort})
			if protocol(r) == "-1" {
				all[at].FromPort, all[at].ToPort = nil, nil
			}
		}
		p := &all[at]
		switch {
		case r.CidrIpv4 != nil:
			p.IpRanges = append(p.IpRanges, types.IpRange{CidrIp: r.CidrIpv4, Description: r.Description})
		case r.CidrIpv6 != nil:
			p.Ipv6Ranges = append(p.Ipv6Ranges, types.Ipv6Range{CidrIpv6: r.CidrIpv6, Description: r.Description})
		default:
			p.UserIdGroupPairs = append(p.UserIdGroupPairs, types.UserIdGroupPair{
				GroupId: r.ReferencedGroupInfo.GroupId, UserId: r.ReferencedGroupInfo.UserId, Description: r.Description,
			})
		}
	}
	return all
}

// single is the permission that the old parameters of one rule give.
func single(cidr, protocol *string, from, to *int32, group *string) []types.IpPermission {
	if aws.ToString(protocol) == "" && aws.ToString(group) == "" {
		return nil
	}
	if aws.ToString(group) != "" && aws.ToString(protocol) == "" {
		protocol = aws.String("-1")
	}
	p := types.IpPermission{IpProtocol: protocol, FromPort: from, ToPort: to}
	if aws.ToString(cidr) != "" {
		p.IpRanges = []types.IpRange{{CidrIp: cidr}}
	}
	if aws.ToString(group) != "" {
		p.UserIdGroupPairs = []types.UserIdGroupPair{{GroupName: group}}
	}
	return []types.IpPermission{p}
}
