package compute

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/machine"
)

var instanceKind = shelf.Kind{
	Type: "instance", Prefix: "i", Malformed: "InvalidInstanceID.Malformed", NotFound: "InvalidInstanceID.NotFound",
	One: "The instance ID '%s' does not exist", Many: "The instance IDs '%s' do not exist",
}

// instance is one of EC2's, and what its machine is doing.
type instance struct {
	id          string
	reservation string
	about       types.Instance // without tags
	image       *image
	key         string // line of authorized_keys; empty: none
	userData    []byte
	behavior    types.ShutdownBehavior // of a power-off from inside
	protected   bool                   // from termination by the API
	view        atomic.Pointer[view]   // what its metadata service knows

	machine machine.Machine // nil: not made, or removed
	boots   int             // begun so far; tells the ends of old ones apart
	booted  bool            // once, so user data has run
	on      bool
	end     machine.End // of the current boot; 0: none yet
	busy    bool        // its machine is being worked on
	halting bool        // it is being turned off by us
	dead    bool        // went off by itself while it should run
	reboot  bool        // is asked for
	force   bool        // is to end without being shut down
	freezes []*freeze   // are asked for
	quit    context.CancelFunc

	slow     time.Duration // how much longer it is pending
	since    time.Time     // when it came into its state
	cpu      time.Duration // used at the last measurement
	measured time.Time
	vcpus    int32 // that its type promises
	own      gauge // what is measured of it
	shared   gauge // and added up over its group
}

func (i *instance) state() types.InstanceStateName { return i.about.State.Name }
func (i *instance) zone() string                   { return *i.about.Placement.AvailabilityZone }

// over says whether it is gone for good, though still described.
func (i *instance) over() bool { return i.state() == types.InstanceStateNameTerminated }

// describe gives an instance as AWS shows it.
func (c *Cloud) describe(i *instance) types.Instance {
	about := i.about
	about.Tags = c.tags.Of(i.id)
	return about
}

var instanceFacts = shelf.Facts[*instance]{
	"instance-id":         func(i *instance) []string { return []string{i.id} },
	"instance-state-name": func(i *instance) []string { return []string{string(i.state())} },
	"instance-state-code": func(i *instance) []string { return []string{strconv.Itoa(int(*i.about.State.Code))} },
	"instance-type":       func(i *instance) []string { return []string{string(i.about.InstanceType)} },
	"instance-lifecycle":  func(i *instance) []string { return nil },
	"image-id":            func(i *instance) []string { return shelf.Text(i.about.ImageId) },
	"architecture":        func(i *instance) []string { return []string{string(i.about.Architecture)} },
	"availability-zone":   func(i *instance) []string { return []string{i.zone()} },
	"client-token":        func(i *instance) []string { return shelf.Text(i.about.ClientToken) },
	"key-name":            func(i *instance) []string { return shelf.Text(i.about.KeyName) },
	"subnet-id":           func(i *instance) []string { return shelf.Text(i.about.SubnetId) },
	"vpc-id":              func(i *instance) []string { return shelf.Text(i.about.VpcId) },
	"ip-address":          func(i *instance) []string { return shelf.Text(i.about.PublicIpAddress) },
	"private-ip-address":  func(i *instance) []string { return shelf.Text(i.about.PrivateIpAddress) },
	"private-dns-name":    func(i *instance) []string { return shelf.Text(i.about.PrivateDnsName) },
	"dns-name":            func(i *instance) []string { return shelf.Text(i.about.PublicDnsName) },
	"launch-time":         func(i *instance) []string { return []string{stamp(*i.about.LaunchTime)} },
	"launch-index":        func(i *instance) []string { return []string{strconv.Itoa(int(*i.about.AmiLaunchIndex))} },
	"monitoring-state":    func(i *instance) []string { return []string{string(i.about.Monitoring.State)} },
	"reservation-id":      func(i *instance) []string { return []string{i.reservation} },
	"root-device-name":    func(i *instance) []string { return shelf.Text(i.about.RootDeviceName) },
	"root-device-type":    func(i *instance) []string { return []string{string(i.about.RootDeviceType)} },
	"virtualization-type": func(i *instance) []string { return []string{string(i.about.VirtualizationType)} },
	"hypervisor":          func(i *instance) []string { return []string{string(i.about.Hypervisor)} },
	"tenancy":             func(i *instance) []string { return []string{string(i.about.Placement.Tenancy)} },
	"reason":              func(i *instance) []string { return shelf.Text(i.about.StateTransitionReason) },
	"metadata-options.http-tokens": func(i *instance) []string {
		return []string{string(i.about.MetadataOptions.HttpTokens)}
	},
	"state-reason-code": func(i *instance) []string {
		if i.about.StateReason == nil {
			return nil
		}
		return shelf.Text(i.about.StateReason.Code)
	},
	"iam-instance-profile.arn": func(i *instance) []string {
		if i.about.IamInstanceProfile == nil {
			return nil
		}
		return shelf.Text(i.about.IamInstanceProfile.Arn)
	},
	"instance.group-id":           groupIDs,
	"instance.group-name":         groupNames,
	"group-id":                    groupIDs,
	"group-name":                  groupNames,
	"network-interface.group-id":  groupIDs,
	"network-interface.subnet-id": func(i *instance) []string { return shelf.Text(i.about.SubnetId) },
	"network-interface.vpc-id":    func(i *instance) []string { return shelf.Text(i.about.VpcId) },
	"network-interface.network-interface-id": func(i *instance) []string {
		var ids []string
		for _, n := range i.about.NetworkInterfaces {
			ids = append(ids, *n.NetworkInterfaceId)
		}
		return ids
	},
	"block-device-mapping.volume-id": func(i *instance) []string {
		var ids []string
		for _, d := range i.about.BlockDeviceMappings {
			ids = append(ids, *d.Ebs.VolumeId)
		}
		return ids
	},
}

func groupIDs(i *instance) []string {
	var ids []string
	for _, g := range i.about.SecurityGroups {
		ids = append(ids, *g.GroupId)
	}
	return ids
}

func groupNames(i *instance) []string {
	var names []string
	for _, g := range i.about.SecurityGroups {
		names = append(names, *g.GroupName)
	}
	return names
}

// groupInUse says whether an instance has a security group.
func (c *Cloud) groupInUse(group string) bool {
	return slices.ContainsFunc(c.instances.All(), func(i *instance) bool { return slices.Contains(groupIDs(i), group) })
}

// addressesIn counts the instances of a subnet.
func (c *Cloud) addressesIn(subnet string) int {
	n := 0
	for _, i := range c.instances.All() {
		if aws.ToString(i.about.SubnetId) == subnet {
			n++
		}
	}
	return n
}

// DescribeInstances finds instances, gathered by the requests that made them.
func (c *Cloud) DescribeInstances(ctx context.Context, in *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
	asked := shelf.Asked{IDs: in.InstanceIds, Filters: in.Filters, NextToken: in.NextToken, MaxResults: in.MaxResults, Least: 5}
	page, next, err := c.instances.Page(asked, shelf.All)
	out := &ec2.DescribeInstancesOutput{NextToken: next}
	places := make(map[string]int)
	for _, i := range page {
		at, known := places[i.reservation]
		if !known {
			at = len(out.Reservations)
			places[i.reservation] = at
			out.Reservations = append(out.Reservations, types.Reservation{ReservationId: &i.reservation, OwnerId: &c.o.Account})
		}
		out.Reservations[at].Instances = append(out.Reservations[at].Instances, c.describe(i))
	}
	return out, err
}
