// Package scaling is the embedded cloud's Auto Scaling: groups that keep their
// size, and all that changes it.
//
// A group is brought to what it should be by reconcile, which looks at what is
// there and does what is missing; every operation, event and timer only makes
// it look again. All of it runs inside the loop. What a group uses stands in the
// packages below, which know no group: source is what it launches from,
// attachment what it serves behind, schedule and policy what changes its size,
// termination which member goes first. The package knows instances and balancers
// by the operations that Compute and attachment.Balancers name, and nothing of
// machines or requests.
package scaling

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/loop"
	"gekko/local/metrics"
	"gekko/local/scaling/account"
	"gekko/local/scaling/attachment"
	"gekko/local/scaling/source"
)

// Compute is what groups need of EC2; it is called inside the loop.
type Compute interface {
	source.Templates
	RunInstances(context.Context, *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error)
	TerminateInstances(context.Context, *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error)
	// Instance tells of an instance, also of a terminated one that is still described.
	Instance(id string) (ec2types.Instance, bool)
	// Impaired says whether an instance that runs fails its status checks.
	Impaired(id string) bool
	// OnState asks to be told, inside the loop, of each change of an instance's state.
	OnState(func(id string, state ec2types.InstanceStateName))
	// SubnetZone names the Availability Zone of a subnet.
	SubnetZone(id string) (zone string, ok bool)
	// DefaultSubnet names the subnet of a zone in which instances start that name none.
	DefaultSubnet(zone string) (id string, ok bool)
}

// Options are what Auto Scaling is made of. All but HealthTime and Log must be
// there.
type Options struct {
	Account, Region string
	Loop            *loop.Loop
	Compute         Compute
	Balancers       attachment.Balancers
	Metrics         *metrics.Store // holds the groups' own metrics and the alarms of their policies
	HealthTime      time.Duration  // between two looks at the instances' health; 0: ten seconds
	Log             *slog.Logger   // nil: nothing is logged
}

// Scaling is Auto Scaling of one account and region. Its operations are methods
// with the SDK's types, called inside the loop.
type Scaling struct {
	Sources *source.Sources // what groups launch from; its operations are served too

	o       Options
	account account.Account
	groups  map[string]*group
	holders map[string]holding // by instance
	deleted []*group           // the last ones, for their activities
}

// New makes an account without groups. Groups live while the loop runs.
func New(o Options) *Scaling {
	if o.HealthTime == 0 {
		o.HealthTime = 10 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Scaling{
		o:       o,
		account: account.Account{ID: o.Account, Region: o.Region},
		groups:  map[string]*group{},
		holders: map[string]holding{},
	}
	s.Sources = source.New(s.account, o.Compute, s.userOf)
	o.Compute.OnState(s.stateChanged)
	o.Metrics.OnAction(s.alarmed)
	o.Loop.Every(time.Minute, s.collect)
	return s
}
