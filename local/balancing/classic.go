package balancing

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"

	"gekko/local/wire"
)

// What an account and a balancer may have.
const (
	classicsEach         = 20
	classicListenersEach = 100
	classicInstancesEach = 1000
)

// classic is a Classic load balancer.
type classic struct {
	b              *Balancers
	name, scheme   string
	created        time.Time
	address        netip.Addr
	zones          []string // sorted
	subnets        []string // of the zones; empty if it was made with zones
	securityGroups []string
	listeners      []*classicListener
	instances      []*classicInstance // in the order of their registration
	check          classicCheck
	attributes     classicAttributes
	tags           tags
	tally          tally
}

// CreateLoadBalancerClassic makes a Classic load balancer. Asked for again with
// the same settings it gives the one that is there.
func (b *Balancers) CreateLoadBalancerClassic(_ context.Context, in *elb.CreateLoadBalancerInput) (*elb.CreateLoadBalancerOutput, error) {
	c, err := b.newClassic(in)
	if err != nil {
		return nil, err
	}
	if old := b.classics[c.name]; old != nil {
		if what := old.differs(c, in.Listeners); what != "" {
			return nil, wire.Errorf("DuplicateLoadBalancerName", "Load Balancer named %s already exists and it is configured with different %s.", c.name, what)
		}
		return &elb.CreateLoadBalancerOutput{DNSName: aws.String(old.address.String())}, nil
	}
	if len(b.classics) >= classicsEach {
		return nil, wire.Errorf("TooManyLoadBalancers", "The quota of %d load balancers has been reached", classicsEach)
	}
	c.address = b.o.Address()
	if err := c.openListeners(in.Listeners); err != nil {
		return nil, err
	}
	c.check = newClassicCheck(int(aws.ToInt32(in.Listeners[0].InstancePort)))
	b.classics[c.name] = c
	return &elb.CreateLoadBalancerOutput{DNSName: aws.String(c.address.String())}, nil
}

// newClassic reads what a balancer shall be, without its listeners.
func (b *Balancers) newClassic(in *elb.CreateLoadBalancerInput) (*classic, error) {
	name := aws.ToString(in.LoadBalancerName)
	if err := checkName("load balancer", name); err != nil {
		return nil, err
	}
	if len(in.Listeners) == 0 {
		return nil, wire.Errorf("ValidationError", "At least one Listener must be specified")
	}
	c := &classic{
		b: b, name: name, scheme: "internet-facing", created: time.Now(), attributes: newClassicAttributes(),
		securityGroups: in.SecurityGroups,
	}
	switch scheme := aws.ToString(in.Scheme); scheme {
	case "", "internet-facing":
	case "internal":
		c.scheme = scheme
	default:
		return nil, wire.Errorf("InvalidScheme", "Invalid scheme: %s", scheme)
	}
	switch {
	case len(in.Subnets) > 0 && len(in.AvailabilityZones) > 0:
		return nil, wire.Errorf("ValidationError", "Only one of SubnetIds or AvailabilityZones may be specified")
	case len(in.Subnets) > 0:
		places, err := b.zonesOf(in.Subnets)
		if err != nil {
			return nil, err
		}
		c.place(places)
	case len(in.AvailabilityZones) > 0:
		c.zones = slices.Compact(slices.Sorted(slices.Values(in.AvailabilityZones)))
	default:
		return nil, wire.Errorf("ValidationError", "Either AvailabilityZones or SubnetIds must be specified")
	}
	var err error
	c.tags, err = tags(nil).with(pairsClassic(in.Tags))
	return c, err
}

func (c *classic) place(places []place) {
	c.zones, c.subnets = nil, nil
	for _, p := range places {
		c.zones = append(c.zones, p.zone)
		c.subnets = append(c.subnets, p.subnet)
	}
}

// differs names what keeps a balancer from being the one asked for again.
func (c *classic) differs(other *classic, listeners []types.Listener) string {
	switch {
	case c.scheme != other.scheme:
		return "scheme"
	case !slices.Equal(c.zones, other.zones) || !slices.Equal(c.subnets, other.subnets):
		return "availability zones or subnets"
	case !slices.Equal(c.securityGroups, other.securityGroups):
		return "security groups"
	case !maps.Equal(c.tags, other.tags):
		return "tags"
	case len(listeners) != len(c.listeners):
		return "listeners"
	}
	for _, l := range listeners {
		if old := c.listenerOn(l.LoadBalancerPort); old == nil || !old.same(l) {
			return "listeners"
		}
	}
	return ""
}

// DeleteLoadBalancerClassic removes a balancer. One that is not there is gone already.
func (b *Balancers) DeleteLoadBalancerClassic(_ context.Context, in *elb.DeleteLoadBalancerInput) (*elb.DeleteLoadBalancerOutput, error) {
	if c := b.classics[aws.ToString(in.LoadBalancerName)]; c != nil {
		c.close()
		c.record(time.Now())
		delete(b.classics, c.name)
	}
	return &elb.DeleteLoadBalancerOutput{}, nil
}

func (c *classic) close() {
	for _, l := range c.listeners {
		l.door.close()
	}
	for _, i := range slices.Clone(c.instances) {
		i.gone()
	}
}

// DescribeLoadBalancersClassic tells of all balancers, or of those named.
func (b *Balancers) DescribeLoadBalancersClassic(_ context.Context, in *elb.DescribeLoadBalancersInput) (*elb.DescribeLoadBalancersOutput, error) {
	var found []*classic
	for _, name := range in.LoadBalancerNames {
		c, err := b.classic(&name)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	if len(in.LoadBalancerNames) == 0 {
		found = slices.SortedFunc(maps.Values(b.classics), func(x, y *classic) int { return strings.Compare(x.name, y.name) })
	}
	page, next, err := wire.Page(found, in.Marker, in.PageSize, 400)
	if err != nil {
		return nil, err
	}
	out := &elb.DescribeLoadBalancersOutput{NextMarker: next, LoadBalancerDescriptions: []types.LoadBalancerDescription{}}
	for _, c := range page {
		out.LoadBalancerDescriptions = append(out.LoadBalancerDescriptions, c.describe())
	}
	return out, nil
}

// classic finds a Classic load balancer by its name.
func (b *Balancers) classic(name *string) (*classic, error) {
	c := b.classics[aws.ToString(name)]
	if c == nil {
		return nil, wire.Errorf("LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '%s'", aws.ToString(name))
	}
	return c, nil
}

func (c *classic) describe() types.LoadBalancerDescription {
	d := types.LoadBalancerDescription{
		AvailabilityZones:         append([]string{}, c.zones...),
		BackendServerDescriptions: []types.BackendServerDescription{},
		CanonicalHostedZoneName:   aws.String(c.address.String()),
		CreatedTime:               aws.Time(c.created),
		DNSName:                   aws.String(c.address.String()),
		HealthCheck:               c.check.describe(),
		Instances:                 c.registered(),
		ListenerDescriptions:      []types.ListenerDescription{},
		LoadBalancerName:          aws.String(c.name),
		Policies:                  &types.Policies{},
		Scheme:                    aws.String(c.scheme),
		SecurityGroups:            append([]string{}, c.securityGroups...),
		SourceSecurityGroup:       &types.SourceSecurityGroup{OwnerAlias: aws.String(c.b.o.Account), GroupName: aws.String("default")},
		Subnets:                   append([]string{}, c.subnets...),
	}
	if len(c.subnets) > 0 {
		d.VPCId = aws.String(c.b.o.VPC(c.subnets[0]))
	}
	for _, l := range c.listeners {
		d.ListenerDescriptions = append(d.ListenerDescriptions, types.ListenerDescription{Listener: l.describe(), PolicyNames: []string{}})
	}
	return d
}

// registered lists the instances that were not deregistered.
func (c *classic) registered() []types.Instance {
	out := []types.Instance{}
	for _, i := range c.instances {
		if !i.leaving {
			out = append(out, types.Instance{InstanceId: aws.String(i.id)})
		}
	}
	return out
}
