package compute

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
)

var interfaceFacts = shelf.Facts[types.NetworkInterface]{
	"network-interface-id":   func(n types.NetworkInterface) []string { return shelf.Text(n.NetworkInterfaceId) },
	"attachment.instance-id": func(n types.NetworkInterface) []string { return shelf.Text(n.Attachment.InstanceId) },
	"attachment.status":      func(n types.NetworkInterface) []string { return []string{string(n.Attachment.Status)} },
	"availability-zone":      func(n types.NetworkInterface) []string { return shelf.Text(n.AvailabilityZone) },
	"addresses.private-ip-address": func(n types.NetworkInterface) []string {
		return shelf.Text(n.PrivateIpAddress)
	},
	"description":        func(n types.NetworkInterface) []string { return shelf.Text(n.Description) },
	"mac-address":        func(n types.NetworkInterface) []string { return shelf.Text(n.MacAddress) },
	"owner-id":           func(n types.NetworkInterface) []string { return shelf.Text(n.OwnerId) },
	"private-ip-address": func(n types.NetworkInterface) []string { return shelf.Text(n.PrivateIpAddress) },
	"status":             func(n types.NetworkInterface) []string { return []string{string(n.Status)} },
	// Who made it, if that was not the owner: a balancer's are not here.
	"requester-id":      func(n types.NetworkInterface) []string { return shelf.Text(n.RequesterId) },
	"requester-managed": func(n types.NetworkInterface) []string { return []string{strconv.FormatBool(*n.RequesterManaged)} },
	"interface-type":    func(n types.NetworkInterface) []string { return []string{string(n.InterfaceType)} },
	"subnet-id":         func(n types.NetworkInterface) []string { return shelf.Text(n.SubnetId) },
	"vpc-id":            func(n types.NetworkInterface) []string { return shelf.Text(n.VpcId) },
	"group-id": func(n types.NetworkInterface) []string {
		var ids []string
		for _, g := range n.Groups {
			ids = append(ids, *g.GroupId)
		}
		return ids
	},
}

// interfaces gathers the network interfaces of all instances; there are no
// others.
func (c *Cloud) interfaces() *shelf.Shelf[types.NetworkInterface] {
	all := shelf.New(interfaceKind, c.tags, interfaceFacts)
	for _, i := range c.instances.All() {
		for _, n := range i.about.NetworkInterfaces {
			all.Put(*n.NetworkInterfaceId, types.NetworkInterface{
				NetworkInterfaceId: n.NetworkInterfaceId, Description: n.Description, OwnerId: n.OwnerId, Status: n.Status,
				SubnetId: n.SubnetId, VpcId: n.VpcId, AvailabilityZone: i.about.Placement.AvailabilityZone, Groups: n.Groups,
				InterfaceType: types.NetworkInterfaceTypeInterface, MacAddress: n.MacAddress, SourceDestCheck: n.SourceDestCheck,
				PrivateIpAddress: n.PrivateIpAddress, PrivateDnsName: n.PrivateDnsName, RequesterManaged: aws.Bool(false),
				PrivateIpAddresses: []types.NetworkInterfacePrivateIpAddress{{
					Primary: aws.Bool(true), PrivateIpAddress: n.PrivateIpAddress, PrivateDnsName: n.PrivateDnsName, Association: association(n.Association),
				}},
				Attachment: &types.NetworkInterfaceAttachment{
					AttachmentId: n.Attachment.AttachmentId, AttachTime: n.Attachment.AttachTime, DeviceIndex: n.Attachment.DeviceIndex,
					Status: n.Attachment.Status, DeleteOnTermination: n.Attachment.DeleteOnTermination, InstanceId: &i.id, InstanceOwnerId: &c.o.Account,
				},
				TagSet: c.tags.List(*n.NetworkInterfaceId), Association: association(n.Association),
			})
		}
	}
	return all
}

// associate gives an instance its public address, or takes it away.
func associate(i *instance, address *string) {
	i.about.PublicIpAddress = address
	var a *types.InstanceNetworkInterfaceAssociation
	if address != nil {
		a = &types.InstanceNetworkInterfaceAssociation{IpOwnerId: aws.String("amazon"), PublicIp: address, PublicDnsName: i.about.PublicDnsName}
	}
	interfaces := slices.Clone(i.about.NetworkInterfaces)
	for n := range interfaces {
		addresses := slices.Clone(interfaces[n].PrivateIpAddresses)
		for m := range addresses {
			addresses[m].Association = a
		}
		interfaces[n].Association, interfaces[n].PrivateIpAddresses = a, addresses
	}
	i.about.NetworkInterfaces = interfaces
}

func association(of *types.InstanceNetworkInterfaceAssociation) *types.NetworkInterfaceAssociation {
	if of == nil {
		return nil
	}
	return &types.NetworkInterfaceAssociation{IpOwnerId: of.IpOwnerId, PublicIp: of.PublicIp, PublicDnsName: of.PublicDnsName}
}

// DescribeNetworkInterfaces finds the network interfaces of instances.
func (c *Cloud) DescribeNetworkInterfaces(ctx context.Context, in *ec2.DescribeNetworkInterfacesInput) (*ec2.DescribeNetworkInterfacesOutput, error) {
	found, err := c.interfaces().Query(in.NetworkInterfaceIds, in.Filters)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(found, in.NetworkInterfaceIds, 5, in.NextToken, in.MaxResults)
	return &ec2.DescribeNetworkInterfacesOutput{NetworkInterfaces: page, NextToken: next}, err
}
