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
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/catalog"
	"gekko/local/compute/ebs"
	"gekko/local/compute/keypair"
	"gekko/local/compute/network"
	"gekko/local/compute/shelf"
	"gekko/local/compute/template"
	"gekko/local/loop"
	"gekko/local/machine"
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

	BootTime  time.Duration // the least time that an instance is pending
	ImageTime time.Duration // the least time that an image or a snapshot is pending
	StopTime  time.Duration // the least time that an instance is stopping or shutting-down
	CheckTime time.Duration // how long a running instance's status checks are initializing
	Period    time.Duration // between measurements of CPU and status; 0: a minute

	// BeforeMeasure is called when measurements are about to be taken, so that
	// work of which the instances do not know yet is theirs; nil: nothing is.
	BeforeMeasure func()
	// Measure makes metrics in the namespace AWS/EC2; nil: nobody does.
	Measure func(name, unit string, dims map[string]string) func(at time.Time, value, count float64)
	// Slow is how much longer an instance is pending, asked at its launch; nil: not at all.
	Slow func() time.Duration
	// Capacity refuses a launch if it gives an error; nil: there is room for all.
	Capacity func(zone, instanceType string) error
	Log      *slog.Logger // nil: nothing is logged
}

// Cloud is EC2 of one account and region. Its operations are methods with the
// SDK's types, called inside the loop.
//
// Answers are encoded outside the loop. So whatever a description points to is
// replaced when it changes, and never changed itself.
type Cloud struct {
	*network.Network
	*template.Templates
	*keypair.Pairs

	o         Options
	tags      *shelf.Tags
	once      *shelf.Once
	storage   *ebs.Storage
	catalog   *catalog.Catalog
	instances *shelf.Shelf[*instance]
	images    *shelf.Shelf[*image]

	deregistered map[string]bool // ids of images, for as long as idRemembered

	onState  []func(id string, state types.InstanceStateName)
	machines sync.Map // of machine.Machine by instance id, for Dial
}

// New makes a cloud with a default network and the base images.
func New(o Options) *Cloud {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Period == 0 {
		o.Period = time.Minute
	}
	tags := shelf.NewTags()
	c := &Cloud{o: o, tags: tags, once: shelf.NewOnce(), deregistered: map[string]bool{}, Templates: template.New(o.Account, tags), Pairs: keypair.New(tags)}
	c.instances = shelf.New(instanceKind, tags, instanceFacts)
	c.images = shelf.New(imageKind, tags, imageFacts)
	c.Network = network.New(network.Options{
		Account: o.Account, Region: o.Region, Zones: o.Zones, Tags: tags,
		Addresses: c.addressesIn, GroupInUse: c.groupInUse,
	})
	c.storage = ebs.New(ebs.Options{
		Account: o.Account, Region: o.Region, Tags: tags, Loop: o.Loop, Time: o.ImageTime,
		ZoneID: c.ZoneID, ImageOf: c.imageOf, Log: o.Log,
	})
	c.catalog = &catalog.Catalog{Region: o.Region, Zones: o.Zones, ZoneIDs: c.ZoneIDs()}
	for _, b := range o.Bases {
		c.addBase(imageKind.NewID(), b.Name, "", b)
	}
	o.Loop.Every(o.Period, c.measure)
	return c
}

// Instance tells of an instance, also of a terminated one that is still described.
func (c *Cloud) Instance(id string) (types.Instance, bool) {
	i, there := c.instances.Look(id)
	if !there {
		return types.Instance{}, false
	}
	return c.describe(i), true
}

// OnState asks to be told, inside the loop, of each change of an instance's state.
func (c *Cloud) OnState(f func(id string, state types.InstanceStateName)) {
	c.onState = append(c.onState, f)
}

// Dial connects to a port as seen from inside the instance. It is called
// outside the loop, from any goroutine.
func (c *Cloud) Dial(ctx context.Context, id string, port int) (net.Conn, error) {
	m, there := c.machines.Load(id)
	if !there {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.EHOSTUNREACH}
	}
	return m.(machine.Machine).Dial(ctx, port)
}

// now is the time as EC2 shows it.
func now() time.Time { return time.Now().UTC().Truncate(time.Second) }

// stamp is a time as EC2 writes it where it gives text.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
