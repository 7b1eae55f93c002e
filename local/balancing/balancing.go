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
	VPC             func(subnet string) string                       // the network of a subnet; nil: not told
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
	o         Options
	classics  map[string]*classic      // by name
	balancers map[string]*loadBalancer // by ARN, as all that follow
	groups    map[string]*targetGroup
	listeners map[string]*listener
	rules     map[string]*rule
	counting  bool // metrics are being recorded
	closed    bool
}

// New makes an account without balancers.
func New(o Options) *Balancers {
	if o.Address == nil {
		o.Address = func() netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, 1}) }
	}
	if o.Port == nil {
		o.Port = func(port int) int { return port }
	}
	if o.Listen == nil {
		o.Listen = net.Listen
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
	b := &Balancers{
		o:         o,
		classics:  make(map[string]*classic),
		balancers: make(map[string]*loadBalancer),
		groups:    make(map[string]*targetGroup),
		listeners: make(map[string]*listener),
		rules:     make(map[string]*rule),
	}
	o.Instances.OnState(b.instanceChanged)
	return b
}

// Close ends all listeners and all connections through them. It is called
// inside the loop, or once that has ended.
func (b *Balancers) Close() {
	b.closed = true
	for _, l := range b.listeners {
		l.door.close()
	}
	for _, g := range b.groups {
		g.dissolve()
	}
	for _, c := range b.classics {
		c.close()
	}
}

// instanceChanged hears of every instance, registered or not.
func (b *Balancers) instanceChanged(id string, state ec2types.InstanceStateName) {
	for _, g := range b.groups {
		g.instanceChanged(id, state)
	}
	for _, c := range b.classics {
		c.instanceChanged(id, state)
	}
}

func orElse(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}
