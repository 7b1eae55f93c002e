// Package compute is the embedded cloud's EC2: instances that boot, images that
// are frozen from them, the launch templates, keys, groups and networks that
// they are started with, and the tags of all of these.
//
// All of its state is read and changed inside the loop. It knows AWS's rules of
// EC2 and of machines only that they boot, end and freeze; of groups and
// balancers it knows nothing.
package compute

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/loop"
	"gekko/local/machine"
	"gekko/local/wire"
)

// Options are what a Cloud is made of. Account, Region, Zones, Loop, Machines
// and Dir must be there.
type Options struct {
	Account, Region string
	Zones           []string // full names, e.g. us-east-1a
	Loop            *loop.Loop
	Machines        func(machine.Spec) (machine.Machine, error) // called outside the loop
	Bases           []machine.Base                              // public images to start from
	Dir             string                                      // where frozen disks are kept; made if missing
	SSHPort         int                                         // where instances' SSH answers outside; 0: 22

	BootTime  time.Duration // the least time that an instance is pending
	ImageTime time.Duration // the least time that an image or a snapshot is pending
	StopTime  time.Duration // the least time that an instance is stopping or shutting-down
	CheckTime time.Duration // how long a running instance's status checks are initializing
	Period    time.Duration // between measurements of CPU and status; 0: a minute

	// Measure takes measurements in the namespace AWS/EC2; nil: nobody does.
	Measure func(name string, dims map[string]string, value float64, unit string)
	// Capacity refuses a launch if it gives an error; nil: there is room for all.
	Capacity func(zone, instanceType string) error
	Log      *slog.Logger // nil: nothing is logged
}

// Cloud is EC2 of one account and region. Its operations are methods with the
// SDK's types, called inside the loop.
type Cloud struct {
	o Options
}

// New makes a cloud with a default network and the base images.
func New(o Options) *Cloud { return &Cloud{o: o} }

// Register lets m serve EC2.
func (c *Cloud) Register(m *wire.Mux) {}

var errUnbuilt = errors.New("not built yet")

// Instance tells of an instance, also of a terminated one that is still described.
func (c *Cloud) Instance(id string) (types.Instance, bool) { return types.Instance{}, false }

// OnState asks to be told, inside the loop, of each change of an instance's state.
func (c *Cloud) OnState(f func(id string, state types.InstanceStateName)) {}

// Dial connects to a port as seen from inside the instance. It is called
// outside the loop, from any goroutine.
func (c *Cloud) Dial(ctx context.Context, id string, port int) (net.Conn, error) {
	return nil, errUnbuilt
}

// SubnetZone names the Availability Zone of a subnet.
func (c *Cloud) SubnetZone(id string) (zone string, ok bool) { return "", false }

// DefaultSubnet names the subnet of a zone in which instances start that name none.
func (c *Cloud) DefaultSubnet(zone string) (id string, ok bool) { return "", false }

// RunInstances launches instances.
func (c *Cloud) RunInstances(ctx context.Context, in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	return nil, errUnbuilt
}

// TerminateInstances ends instances for good.
func (c *Cloud) TerminateInstances(ctx context.Context, in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	return nil, errUnbuilt
}

// DescribeImages finds images.
func (c *Cloud) DescribeImages(ctx context.Context, in *ec2.DescribeImagesInput) (*ec2.DescribeImagesOutput, error) {
	return &ec2.DescribeImagesOutput{}, nil
}

// DescribeLaunchTemplateVersions finds versions of launch templates.
func (c *Cloud) DescribeLaunchTemplateVersions(ctx context.Context, in *ec2.DescribeLaunchTemplateVersionsInput) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	return nil, errUnbuilt
}
