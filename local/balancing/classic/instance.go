package classic

import (
	"context"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"

	"gekko/local/balancing/account"
	"gekko/local/flow"
	"gekko/local/loop"
	"gekko/local/traffic"
	"gekko/local/wire"
)

// instance is an instance registered with a Classic balancer.
type instance struct {
	balancer *balancer
	id, zone string
	address  string
	state    ec2types.InstanceStateName
	servers  map[int]*traffic.Target // by instance port
	entering *loop.Event
	entered  bool // its registration is no longer in progress
	leaving  bool // it was deregistered and is draining
	out      bool // it is gone
	health   traffic.Health
	watch    *account.Watch
}

// RegisterInstancesWithLoadBalancer adds instances to a balancer: all, or none
// if one is not there. One that is draining comes back.
func (b *Classic) RegisterInstancesWithLoadBalancer(_ context.Context, in *elb.RegisterInstancesWithLoadBalancerInput) (*elb.RegisterInstancesWithLoadBalancerOutput, error) {
	c, err := b.balancer(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	var fresh []*instance
	for _, d := range in.Instances {
		id := aws.ToString(d.InstanceId)
		found, ok := b.account.Instances.Instance(id)
		if !ok || account.StateOf(found) == ec2types.InstanceStateNameTerminated {
			return nil, wire.Errorf("InvalidInstance", "Could not find EC2 instance %s.", id)
		}
		i := &instance{balancer: c, id: id, state: account.StateOf(found), address: aws.ToString(found.PrivateIpAddress), servers: make(map[int]*traffic.Target)}
		if found.Placement != nil {
			i.zone = aws.ToString(found.Placement.AvailabilityZone)
		}
		fresh = append(fresh, i)
	}
	if len(c.instances)+len(fresh) > instancesEach {
		return nil, wire.Errorf("InvalidConfigurationRequest", "A load balancer can have at most %d registered instances", instancesEach)
	}
	for _, i := range fresh {
		c.enter(i)
	}
	return &elb.RegisterInstancesWithLoadBalancerOutput{Instances: c.registered()}, nil
}

// enter registers an instance, unless it is registered already.
func (c *balancer) enter(i *instance) {
	at := slices.IndexFunc(c.instances, func(o *instance) bool { return o.id == i.id })
	switch {
	case at < 0:
		c.instances = append(c.instances, i)
	case c.instances[at].leaving:
		c.instances[at] = i // the old one drains on its own
	default:
		return
	}
	i.start()
}

// start begins the registration, after which the instance is checked.
func (i *instance) start() {
	loop, wait := i.balancer.b.account.Loop, i.balancer.b.account.RegisterTime
	i.entering = loop.After(wait, func() {
		i.entered = true
		i.watch = &account.Watch{Loop: loop, Plan: i.plan, Note: i.note}
		i.watch.Begin()
	})
}

// stop ends the checking and forgets what was found.
func (i *instance) stop() {
	i.entering.Cancel()
	i.watch.End()
	i.entered, i.watch, i.health = false, nil, traffic.Health{}
}

// DeregisterInstancesFromLoadBalancer takes instances out of a balancer. With
// connection draining their requests in flight go on, else they are cut.
func (b *Classic) DeregisterInstancesFromLoadBalancer(_ context.Context, in *elb.DeregisterInstancesFromLoadBalancerInput) (*elb.DeregisterInstancesFromLoadBalancerOutput, error) {
	c, err := b.balancer(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	var leaving []*instance
	for _, d := range in.Instances {
		id := aws.ToString(d.InstanceId)
		at := slices.IndexFunc(c.instances, func(o *instance) bool { return o.id == id })
		if at < 0 {
			if _, ok := b.account.Instances.Instance(id); !ok {
				return nil, wire.Errorf("InvalidInstance", "Could not find EC2 instance %s.", id)
			}
			continue
		}
		leaving = append(leaving, c.instances[at])
	}
	for _, i := range leaving {
		i.leave()
	}
	return &elb.DeregisterInstancesFromLoadBalancerOutput{Instances: c.registered()}, nil
}

// leave begins to drain an instance: from now on no new request reaches it. It
// is gone when the last one in flight is done, or the timeout is over.
func (i *instance) leave() {
	if i.leaving {
		return
	}
	c, loop := i.balancer, i.balancer.b.account.Loop
	i.stop()
	i.leaving = true
	c.fill() // before it drains, or a request might still choose it
	if !c.attributes.draining {
		i.gone()
		return
	}
	busy := len(i.servers)
	for _, s := range i.servers {
		s.Drain(func() {
			loop.After(0, func() { // the last request may end anywhere
				if busy--; busy == 0 {
					loop.After(min(i.finishing(), c.attributes.drainTime), i.gone)
				}
			})
		})
	}
	wait := c.attributes.drainTime
	if busy == 0 {
		wait = 0
	}
	loop.After(wait, i.gone)
}

// finishing is how long the requests of flows that are in flight still take.
func (i *instance) finishing() time.Duration {
	var longest time.Duration
	for _, s := range i.servers {
		longest = max(longest, s.Finishing(time.Now()))
	}
	return longest
}

func (i *instance) gone() {
	if i.out {
		return
	}
	i.out = true
	if i.leaving {
		i.cut()
	}
	i.stop()
	for _, s := range i.servers {
		s.Close()
	}
	i.balancer.instances = slices.DeleteFunc(i.balancer.instances, func(o *instance) bool { return o == i })
	i.balancer.fill()
}

// cut counts what was in flight when the instance went as lost.
func (i *instance) cut() {
	for _, s := range i.servers {
		i.balancer.b.account.Lose(flow.Loss{
			Cause: flow.Cut, Balancer: i.balancer.name, Target: s.Name, Requests: s.Cut(time.Now()),
		})
	}
}

// fill tells the data plane who may get requests at each listener. A target
// that no listener uses any more keeps its requests in flight.
func (c *balancer) fill() {
	c.b.account.Carry()
	for _, l := range c.listeners {
		policy := traffic.Policy{LeastLoaded: l.protocol == "HTTP", Zonal: !c.attributes.crossZone}
		var members []traffic.Member
		for _, i := range c.instances {
			if i.leaving || i.out {
				continue
			}
			members = append(members, traffic.Member{Target: i.server(l.instancePort), Healthy: i.healthy()})
		}
		l.pool.Set(policy, members)
	}
}

func (i *instance) server(port int) *traffic.Target {
	if i.servers[port] == nil {
		i.servers[port] = traffic.NewTarget(i.id+":"+strconv.Itoa(port), i.zone, i.dial(port))
		i.servers[port].Take = func(s flow.Span) flow.Served { return i.balancer.b.account.Instances.Take(i.id, s) }
	}
	return i.servers[port]
}

func (i *instance) dial(port int) traffic.Dial {
	instances, id := i.balancer.b.account.Instances, i.id
	return func(ctx context.Context) (net.Conn, error) { return instances.Dial(ctx, id, port) }
}

// instanceChanged follows an instance that may be registered. AWS deregisters a
// terminated one by itself.
func (c *balancer) instanceChanged(id string, state ec2types.InstanceStateName) {
	for _, i := range slices.Clone(c.instances) {
		if i.id != id {
			continue
		}
		i.state = state
		if state != ec2types.InstanceStateNameRunning {
			i.cut()
		}
		if state == ec2types.InstanceStateNameTerminated {
			i.leave()
		}
		c.fill()
	}
}
