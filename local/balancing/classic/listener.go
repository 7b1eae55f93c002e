package classic

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"

	"gekko/local/balancing/account"
	"gekko/local/traffic"
	"gekko/local/wire"
)

// listener is a port of a Classic balancer. Each has a pool of its own:
// what is balanced, requests or connections, depends on its protocol.
type listener struct {
	port         int32
	instancePort int
	protocol     string // HTTP or TCP
	pool         *traffic.Pool
	front        *traffic.Front // of HTTP
	relay        *traffic.Relay // of TCP
	door         *account.Door
}

// newListener reads what a listener shall be.
func newListener(d types.Listener) (*listener, error) {
	protocol := strings.ToUpper(aws.ToString(d.Protocol))
	switch protocol {
	case "HTTP", "TCP":
	case "HTTPS", "SSL":
		return nil, wire.Errorf("UnsupportedOperation", "listeners of protocol %s are not supported here: ask for HTTP or TCP", protocol)
	default:
		return nil, wire.Errorf("UnsupportedProtocol", "Listener protocol '%s' must be one of HTTP, HTTPS, TCP, SSL", aws.ToString(d.Protocol))
	}
	inner := strings.ToUpper(aws.ToString(d.InstanceProtocol))
	switch {
	case inner == "" || inner == protocol:
	case inner == "HTTPS" || inner == "SSL":
		return nil, wire.Errorf("UnsupportedOperation", "the instance protocol %s is not supported here: ask for %s", inner, protocol)
	default:
		return nil, wire.Invalid("The instance protocol %s must be at the same layer as the protocol %s", inner, protocol)
	}
	if aws.ToString(d.SSLCertificateId) != "" {
		return nil, wire.Invalid("A certificate may be given only for the protocols HTTPS and SSL")
	}
	port := aws.ToInt32(d.InstancePort)
	if d.LoadBalancerPort < 1 || d.LoadBalancerPort > 65535 || port < 1 || port > 65535 {
		return nil, wire.Invalid("A listener's ports must be between 1 and 65535")
	}
	return &listener{port: d.LoadBalancerPort, instancePort: int(port), protocol: protocol}, nil
}

func (l *listener) same(d types.Listener) bool {
	other, err := newListener(d)
	return err == nil && other.port == l.port && other.instancePort == l.instancePort && other.protocol == l.protocol
}

func (l *listener) describe() *types.Listener {
	return &types.Listener{
		InstancePort: aws.Int32(int32(l.instancePort)), InstanceProtocol: aws.String(l.protocol),
		LoadBalancerPort: l.port, Protocol: aws.String(l.protocol),
	}
}

func (c *balancer) listenerOn(port int32) *listener {
	for _, l := range c.listeners {
		if l.port == port {
			return l
		}
	}
	return nil
}

// openListeners adds listeners: all, or none if one cannot be.
func (c *balancer) openListeners(wanted []types.Listener) error {
	var fresh []*listener
	fail := func(err error) error {
		for _, l := range fresh {
			l.door.Close()
		}
		return err
	}
	for _, d := range wanted {
		if old := c.listenerOn(d.LoadBalancerPort); old != nil {
			if old.same(d) {
				continue
			}
			return fail(wire.Errorf("DuplicateListener", "A listener already exists for %s with LoadBalancerPort %d, but with a different InstancePort, Protocol, or SSLCertificateId", c.name, d.LoadBalancerPort))
		}
		if slices.ContainsFunc(fresh, func(l *listener) bool { return l.port == d.LoadBalancerPort }) {
			return fail(wire.Errorf("DuplicateListener", "Two listeners were given for LoadBalancerPort %d", d.LoadBalancerPort))
		}
		l, err := newListener(d)
		if err != nil {
			return fail(err)
		}
		if err := c.openListener(l); err != nil {
			return fail(err)
		}
		fresh = append(fresh, l)
	}
	if len(c.listeners)+len(fresh) > listenersEach {
		return fail(wire.Errorf("InvalidConfigurationRequest", "A load balancer can have at most %d listeners", listenersEach))
	}
	c.listeners = append(c.listeners, fresh...)
	c.fill()
	return nil
}

func (c *balancer) openListener(l *listener) error {
	l.pool = traffic.NewPool(c.name)
	var s account.Server
	if l.protocol == "TCP" {
		l.relay = &traffic.Relay{Pool: l.pool, Observe: c.tally.Note}
		s = l.relay
	} else {
		l.front = traffic.NewFront(traffic.Settings{}, c.observe)
		s = l.front
	}
	c.apply(l)
	var err error
	l.door, err = c.b.account.Open(c.address, int(l.port), s)
	return err
}

// apply tells the data plane what a listener now does.
func (c *balancer) apply(l *listener) {
	if l.relay != nil {
		l.relay.SetIdle(c.attributes.idle)
		return
	}
	all := traffic.Rule{Action: traffic.NewForward(0, traffic.Share{Pool: l.pool, Weight: 1})}
	c.b.account.Carry()
	l.front.Set(traffic.Settings{Port: int(l.port), Idle: c.attributes.idle, Classic: true, Rules: []traffic.Rule{all}})
}

func (c *balancer) observe(s traffic.Sample) {
	c.tally.Note(s)
	c.b.account.Lost(c.name, s)
}

// Front finds what listens for HTTP on a port of a balancer; nil if nothing does.
func (b *Classic) Front(name string, port int) *traffic.Front {
	if c := b.balancers[name]; c != nil {
		if l := c.listenerOn(int32(port)); l != nil {
			return l.front
		}
	}
	return nil
}

// CreateLoadBalancerListeners opens more ports of a balancer.
func (b *Classic) CreateLoadBalancerListeners(_ context.Context, in *elb.CreateLoadBalancerListenersInput) (*elb.CreateLoadBalancerListenersOutput, error) {
	c, err := b.balancer(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	return &elb.CreateLoadBalancerListenersOutput{}, c.openListeners(in.Listeners)
}

// DeleteLoadBalancerListeners closes ports of a balancer. A port that is not
// open is closed already.
func (b *Classic) DeleteLoadBalancerListeners(_ context.Context, in *elb.DeleteLoadBalancerListenersInput) (*elb.DeleteLoadBalancerListenersOutput, error) {
	c, err := b.balancer(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	for _, port := range in.LoadBalancerPorts {
		if l := c.listenerOn(port); l != nil {
			b.account.Carry()
			l.door.Close()
			c.listeners = slices.DeleteFunc(c.listeners, func(o *listener) bool { return o == l })
		}
	}
	c.fill()
	return &elb.DeleteLoadBalancerListenersOutput{}, nil
}
