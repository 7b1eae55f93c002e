// Package account is the account and region that balancers stand in: what they
// need of the rest of the cloud, how things are named there, where listeners
// open, and when metrics are recorded. It knows nothing of what a balancer does.
package account

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/balancing/tally"
	"gekko/local/flow"
	"gekko/local/loop"
)

// Instances is what the balancers need of EC2. All but Dial are called inside
// the loop.
type Instances interface {
	// Instance tells of an instance, also of a terminated one that is still described.
	Instance(id string) (ec2types.Instance, bool)
	// Dial connects to a port as seen from inside the instance. It is called outside the loop.
	Dial(ctx context.Context, id string, port int) (net.Conn, error)
	// OnState asks to be told, inside the loop, of each change of an instance's state.
	OnState(func(id string, state ec2types.InstanceStateName))
	// Take lets an instance have a flow's requests.
	Take(id string, s flow.Span) flow.Served
	// Probe gives the code of a health check, 0 if nothing listens. It is not
	// direct if the instance must be asked through a connection.
	Probe(id string, port int, path string) (code int, direct bool)
	// SubnetZone names the Availability Zone of a subnet.
	SubnetZone(id string) (zone string, ok bool)
}

// Options are what the balancers are made of. Loop and Instances must be there.
type Options struct {
	Account, Region string
	Loop            *loop.Loop
	Instances       Instances
	VPC             func(subnet string) string                       // the network of a subnet; nil: not told
	Group           func() string                                    // the network's default security group; nil: none
	Address         func() netip.Addr                                // a fresh address for each balancer; nil: 127.0.0.1
	Port            func(int) int                                    // where a listener's port really listens; nil: there
	Listen          func(network, addr string) (net.Listener, error) // nil: net.Listen
	Metrics         tally.Recorder                                   // nil: nothing is recorded
	Period          time.Duration                                    // how often metrics are recorded; 0: a second
	ProvisionTime   time.Duration                                    // how long a new ALB is provisioning; 0: two seconds
	Linger          func() time.Duration                             // how long a target that is taken out still gets requests; nil: not at all
	RegisterTime    time.Duration                                    // how long a registration is in progress; 0: a second
	Log             *slog.Logger
}

// Account holds the options with their defaults filled in. All of it is used
// inside the loop.
type Account struct {
	Options
	records []func(from time.Time)
	streams []*stream
	losses  []flow.Loss
	begun   bool
	closed  bool
}

// New fills the defaults in. It starts nothing.
func New(o Options) *Account {
	if o.Address == nil {
		o.Address = func() netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, 1}) }
	}
	if o.Port == nil {
		o.Port = func(port int) int { return port }
	}
	if o.Listen == nil {
		o.Listen = net.Listen
	}
	if o.Linger == nil {
		o.Linger = func() time.Duration { return 0 }
	}
	if o.VPC == nil {
		o.VPC = func(string) string { return "" }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Period = orElse(o.Period, time.Second)
	o.ProvisionTime = orElse(o.ProvisionTime, 2*time.Second)
	o.RegisterTime = orElse(o.RegisterTime, time.Second)
	return &Account{Options: o}
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

// OnPeriod lets record be called at each full period with the time at which the
// one before began, from the first listener on. Without a recorder it never is.
func (a *Account) OnPeriod(record func(from time.Time)) { a.records = append(a.records, record) }

// Close ends the recording.
func (a *Account) Close() { a.closed = true }

func (a *Account) count() {
	if !a.begun && a.Metrics != nil {
		a.begun = true
		a.nextPeriod()
	}
}

func (a *Account) nextPeriod() {
	from := time.Now().Truncate(a.Period)
	a.Loop.At(from.Add(a.Period), func() {
		if a.closed {
			return
		}
		a.Carry()
		for _, record := range a.records {
			record(from)
		}
		a.nextPeriod()
	})
}

// StateOf is an instance's state, empty if it has none.
func StateOf(i ec2types.Instance) ec2types.InstanceStateName {
	if i.State == nil {
		return ""
	}
	return i.State.Name
}
