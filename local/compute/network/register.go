package network

import "gekko/local/wire"

const (
	describe = "Filters MaxResults NextToken "
	oneRule  = "CidrIp IpProtocol FromPort ToPort SourceSecurityGroupName "
	rules    = oneRule + "IpPermissions.IpProtocol IpPermissions.FromPort IpPermissions.ToPort IpPermissions.IpRanges IpPermissions.Ipv6Ranges " +
		"IpPermissions.UserIdGroupPairs.GroupId IpPermissions.UserIdGroupPairs.GroupName IpPermissions.UserIdGroupPairs.Description "
	owners = "SourceSecurityGroupOwnerId IpPermissions.UserIdGroupPairs.UserId IpPermissions.UserIdGroupPairs.VpcId"
)

// Register lets m serve the network's operations.
func (n *Network) Register(m *wire.Mux) {
	wire.Handle(m, wire.EC2, n.DescribeAvailabilityZones, wire.Fields{Reads: "Filters ZoneNames ZoneIds", Accepts: "AllAvailabilityZones"})
	wire.Handle(m, wire.EC2, n.DescribeRegions, wire.Fields{Reads: "Filters RegionNames", Accepts: "AllRegions"})
	wire.Handle(m, wire.EC2, n.DescribeVpcs, wire.Fields{Reads: describe + "VpcIds"})
	wire.Handle(m, wire.EC2, n.DescribeVpcAttribute, wire.Fields{Reads: "VpcId Attribute"})
	wire.Handle(m, wire.EC2, n.DescribeSubnets, wire.Fields{Reads: describe + "SubnetIds"})
	wire.Handle(m, wire.EC2, n.DescribeInternetGateways, wire.Fields{Reads: describe + "InternetGatewayIds"})
	wire.Handle(m, wire.EC2, n.DescribeRouteTables, wire.Fields{Reads: describe + "RouteTableIds"})
	wire.Handle(m, wire.EC2, n.DescribeAddresses, wire.Fields{Reads: "Filters AllocationIds PublicIps"})

	wire.Handle(m, wire.EC2, n.CreateSecurityGroup, wire.Fields{Reads: "GroupName Description VpcId TagSpecifications"})
	wire.Handle(m, wire.EC2, n.DeleteSecurityGroup, wire.Fields{Reads: "GroupId GroupName"})
	wire.Handle(m, wire.EC2, n.DescribeSecurityGroups, wire.Fields{Reads: describe + "GroupIds GroupNames"})
	wire.Handle(m, wire.EC2, n.AuthorizeSecurityGroupIngress, wire.Fields{Reads: rules + "GroupId GroupName TagSpecifications", Accepts: owners})
	wire.Handle(m, wire.EC2, n.AuthorizeSecurityGroupEgress, wire.Fields{Reads: rules + "GroupId TagSpecifications", Accepts: owners})
	wire.Handle(m, wire.EC2, n.RevokeSecurityGroupIngress, wire.Fields{Reads: rules + "GroupId GroupName SecurityGroupRuleIds", Accepts: owners})
	wire.Handle(m, wire.EC2, n.RevokeSecurityGroupEgress, wire.Fields{Reads: rules + "GroupId SecurityGroupRuleIds", Accepts: owners})
	wire.Handle(m, wire.EC2, n.DescribeSecurityGroupRules, wire.Fields{Reads: describe + "SecurityGroupRuleIds"})
}
