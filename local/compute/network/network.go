// Package network is the embedded cloud's Amazon VPC: one default network with
// a subnet in each zone, and its security groups.
//
// Instances have loopback addresses, so nothing here carries or stops packets:
// security groups and their rules are kept, checked and given back, and not
// enforced. The package knows instances only by what Options lets it ask.
package network

import (
	"fmt"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// Options are what a Network is made of. All must be there.
type Options struct {
	Account, Region string
	Zones           []string // full names
	Tags            *shelf.Tags
	Addresses       func(subnet string) int // how many are in use there
	GroupInUse      func(group string) bool // by an instance
}

// Network is the default network of one account and region. Its operations are
// methods with the SDK's types, called inside the loop.
type Network struct {
	o       Options
	vpcs    *shelf.Shelf[*types.Vpc]
	subnets *shelf.Shelf[*types.Subnet]
	groups  *shelf.Shelf[*group]
	gates   *shelf.Shelf[*types.InternetGateway]
	tables  *shelf.Shelf[*types.RouteTable]
	vpc     *types.Vpc
}

var (
	vpcKind    = shelf.Kind{Type: "vpc", Prefix: "vpc", Malformed: "InvalidVpcID.Malformed", NotFound: "InvalidVpcID.NotFound", One: "The vpc ID '%s' does not exist"}
	subnetKind = shelf.Kind{Type: "subnet", Prefix: "subnet", Malformed: "InvalidSubnetID.Malformed", NotFound: "InvalidSubnetID.NotFound", One: "The subnet ID '%s' does not exist"}
	gateKind   = shelf.Kind{Type: "internet-gateway", Prefix: "igw", Malformed: "InvalidInternetGatewayId.Malformed", NotFound: "InvalidInternetGatewayID.NotFound", One: "The internetGateway ID '%s' does not exist"}
	tableKind  = shelf.Kind{Type: "route-table", Prefix: "rtb", Malformed: "InvalidRouteTableId.Malformed", NotFound: "InvalidRouteTableID.NotFound", One: "The routeTable ID '%s' does not exist"}
)

// New makes the default network.
func New(o Options) *Network {
	n := &Network{
		o:       o,
		vpcs:    shelf.New(vpcKind, o.Tags, vpcFacts),
		groups:  shelf.New(groupKind, o.Tags, groupFacts),
		subnets: nil,
		gates:   shelf.New(gateKind, o.Tags, gateFacts),
		tables:  shelf.New(tableKind, o.Tags, tableFacts),
	}
	n.subnets = shelf.New(subnetKind, o.Tags, n.subnetFacts())
	n.vpc = n.newVpc()
	for number, zone := range o.Zones {
		n.addSubnet(subnetKind.NewID(), zone, number, true)
	}
	n.addGroup(groupKind.NewID(), "default", "default VPC security group")
	n.newRoutes()
	return n
}

// Kept gives the kinds of things that can be tagged here.
func (n *Network) Kept() []shelf.Kept {
	return []shelf.Kept{n.vpcs, n.subnets, n.groups, n.gates, n.tables}
}

const cidr = "172.31.0.0/16"

func (n *Network) newVpc() *types.Vpc {
	id := vpcKind.NewID()
	vpc := &types.Vpc{
		VpcId: &id, OwnerId: &n.o.Account, CidrBlock: aws.String(cidr), IsDefault: aws.Bool(true),
		State: types.VpcStateAvailable, InstanceTenancy: types.TenancyDefault,
		DhcpOptionsId: aws.String(shelf.Kind{Prefix: "dopt"}.NewID()),
		CidrBlockAssociationSet: []types.VpcCidrBlockAssociation{{
			AssociationId: aws.String(shelf.Kind{Prefix: "vpc-cidr-assoc"}.NewID()), CidrBlock: aws.String(cidr),
			CidrBlockState: &types.VpcCidrBlockState{State: types.VpcCidrBlockStateCodeAssociated},
		}},
	}
	n.vpcs.Put(id, vpc)
	return vpc
}

// addSubnet adds the numbered /20 of the network's range.
func (n *Network) addSubnet(id, zone string, number int, usual bool) {
	base := netip.AddrFrom4([4]byte{172, 31, byte(number % 16 * 16), 0})
	n.subnets.Put(id, &types.Subnet{
		SubnetId: &id, VpcId: n.vpc.VpcId, OwnerId: &n.o.Account, State: types.SubnetStateAvailable,
		SubnetArn:        aws.String(fmt.Sprintf("arn:aws:ec2:%s:%s:subnet/%s", n.o.Region, n.o.Account, id)),
		AvailabilityZone: &zone, AvailabilityZoneId: aws.String(n.ZoneID(zone)),
		CidrBlock: aws.String(netip.PrefixFrom(base, 20).String()), DefaultForAz: &usual,
		MapPublicIpOnLaunch: aws.Bool(true), AssignIpv6AddressOnCreation: aws.Bool(false),
		EnableDns64: aws.Bool(false), Ipv6Native: aws.Bool(false), MapCustomerOwnedIpOnLaunch: aws.Bool(false),
		PrivateDnsNameOptionsOnLaunch: &types.PrivateDnsNameOptionsOnLaunch{HostnameType: types.HostnameTypeIpName},
	})
}

// SeedSubnet adds a subnet with a given id in a zone of the region.
func (n *Network) SeedSubnet(id, zone string) error {
	if err := subnetKind.Check(id); err != nil {
		return err
	}
	if n.ZoneID(zone) == "" {
		return fmt.Errorf("there is no zone %s here", zone)
	}
	if _, there := n.subnets.Look(id); !there {
		n.addSubnet(id, zone, len(n.subnets.All()), false)
	}
	return nil
}

// VpcID is the default network's.
func (n *Network) VpcID() string { return *n.vpc.VpcId }

// Subnet finds a subnet, or refuses as EC2 does.
func (n *Network) Subnet(id string) (types.Subnet, error) {
	subnet, err := n.subnets.Find(id)
	if err != nil {
		return types.Subnet{}, err
	}
	return *subnet, nil
}

// SubnetZone names the Availability Zone of a subnet.
func (n *Network) SubnetZone(id string) (zone string, ok bool) {
	if subnet, there := n.subnets.Look(id); there {
		return *subnet.AvailabilityZone, true
	}
	return "", false
}

// DefaultSubnet names the subnet of a zone in which instances start that name none.
func (n *Network) DefaultSubnet(zone string) (id string, ok bool) {
	for _, subnet := range n.subnets.All() {
		if *subnet.AvailabilityZone == zone && *subnet.DefaultForAz {
			return *subnet.SubnetId, true
		}
	}
	return "", false
}

func (n *Network) checkVpc(id *string) error {
	if aws.ToString(id) == "" {
		return nil
	}
	_, err := n.vpcs.Find(*id)
	return err
}

// unknownZone refuses a zone that is not the region's.
func unknownZone(name string) error {
	return wire.Errorf("InvalidParameterValue", "Invalid availability zone: [%s]", name)
}
