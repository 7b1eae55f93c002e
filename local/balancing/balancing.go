// Package balancing answers the operations of Elastic Load Balancing: Classic
// load balancers, and application load balancers with their target groups,
// listeners and rules.
//
// It keeps what callers asked for, checks the health of what they registered,
// counts what was served into CloudWatch's metrics, and tells local/traffic
// where requests go. All of it runs inside the loop of local/loop. It knows
// instances only by what Instances says of them, and nothing of Auto Scaling.
package balancing

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/loop"
	"gekko/local/wire"
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
	// SubnetZone names the Availability Zone of a subnet.
	SubnetZone(id string) (zone string, ok bool)
}

// Recorder takes CloudWatch datapoints. Add may be called from any goroutine;
// count says how often the value was seen.
type Recorder interface {
	Add(namespace, name, unit string, dims map[string]string, at time.Time, value, count float64)
}

// Options are what the balancers are made of. Loop and Instances must be there.
type Options struct {
	Account, Region string
	Loop            *loop.Loop
	Instances       Instances
	Address         func() netip.Addr                                // a fresh address for each balancer; nil: 127.0.0.1
	Port            func(int) int                                    // where a listener's port really listens; nil: there
	Listen          func(network, addr string) (net.Listener, error) // nil: net.Listen
	Metrics         Recorder                                         // nil: nothing is recorded
	Period          time.Duration                                    // how often metrics are recorded; 0: a second
	ProvisionTime   time.Duration                                    // how long a new ALB is provisioning; 0: two seconds
	RegisterTime    time.Duration                                    // how long a registration is in progress; 0: a second
	Log             *slog.Logger
}

// Balancers are the load balancers of one account and region. Their operations
// are methods with the SDK's types, called inside the loop; those of the
// Classic API whose names ELBv2 uses too end in Classic.
type Balancers struct {
	o Options
}

// New makes an account without balancers.
func New(o Options) *Balancers {
	return &Balancers{o: o}
}

// Register lets m serve both APIs.
func (b *Balancers) Register(m *wire.Mux) {}

// Close ends all listeners and the connections through them.
func (b *Balancers) Close() {}
