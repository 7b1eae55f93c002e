package classic

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

	"gekko/local/balancing/account"
	"gekko/local/balancing/tags"
	"gekko/local/balancing/tally"
	"gekko/local/wire"
)

// What an account and a balancer may have.
const (
	balancersEach = 20
	listenersEach = 100
	instancesEach = 1000
)

// balancer is a Classic load balancer.
type balancer struct {
	b              *Classic
	name, scheme   string
	created        time.Time
	address        netip.Addr
	zones          []string // sorted
	subnets        []string // of the zones; empty if it was made with zones
	securityGroups []string
	listeners      []*listener
	instances      []*instance // in the order of their registration
	check          check
	attributes     attributes
	tags           tags.Tags
	tally          tally.Tally
	series         *tally.Series // nil: nothing was recorded yet
}

// CreateLoadBalancerClassic makes a Classic load balancer. Asked for again with
// the same settings it gives the one that is there.
func (b *Classic) CreateLoadBalancerClassic(_ context.Context, in *elb.CreateLoadBalancerInput) (*elb.CreateLoadBalancerOutput, error) {
	c, err := b.newBalancer(in)
	if err != nil {
		return nil, err
	}
	if old := b.balancers[c.name]; old != nil {
		if what := old.differs(c, in.Listeners); what != "" {
			return nil, wire.Errorf("DuplicateLoadBalancerName", "Load Balancer named %s already exists and it is configured with different %s.", c.name, what)
		}
		return &elb.CreateLoadBalancerOutput{DNSName: aws.String(old.address.String())}, nil
	}
	if len(b.balancers) >= balancersEach {
		return nil, wire.Errorf("TooManyLoadBalancers", "The quota of %d load balancers has been reached", balancersEach)
	}
	c.address = b.account.Address()
	if err := c.openListeners(in.Listeners); err != nil {
		return nil, err
	}
	c.check = newCheck(int(aws.ToInt32(in.Listeners[0].InstancePort)))
	b.balancers[c.name] = c
	return &elb.CreateLoadBalancerOutput{DNSName: aws.String(c.address.String())}, nil
}

// newBalancer reads what a balancer shall be, without its listeners.
func (b *Classic) newBalancer(in *elb.CreateLoadBalancerInput) (*balancer, error) {
	name := aws.ToString(in.LoadBalancerName)
	if err := account.CheckName("load balancer", name); err != nil {
		return nil, err
	}
	if len(in.Listeners) == 0 {
		return nil, wire.Invalid("At least one Listener must be specified")
	}
	c := &balancer{
		b: b, name: name, scheme: "internet-facing", created: time.Now(), attributes: newAttributes(),
		securityGroups: b.account.Groups(in.SecurityGroups),
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
		return nil, wire.Invalid("Only one of SubnetIds or AvailabilityZones may be specified")
	case len(in.Subnets) > 0:
		places, err := b.account.Places(in.Subnets)
		if err != nil {
			return nil, err
		}
		c.place(places)
	case len(in.AvailabilityZones) > 0:
		c.zones = slices.Compact(slices.Sorted(slices.Values(in.AvailabilityZones)))
	default:
		return nil, wire.Invalid("Either AvailabilityZones or SubnetIds must be specified")
	}
	var err error
	c.tags, err = tags.Tags(nil).With(pairs(in.Tags))
	return c, err
}

func (c *balancer) place(places []account.Place) {
	c.zones, c.subnets = nil, nil
	for _, p := range places {
		c.zones = append(c.zones, p.Zone)
		c.subnets = append(c.subnets, p.Subnet)
	}
}

// differs names what keeps a balancer from being the one asked for again.
func (c *balancer) differs(other *balancer, listeners []types.Listener) string {
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
func (b *Classic) DeleteLoadBalancerClassic(_ context.Context, in *elb.DeleteLoadBalancerInput) (*elb.DeleteLoadBalancerOutput, error) {
	if c := b.balancers[aws.ToString(in.LoadBalancerName)]; c != nil {
		b.account.Carry()
		c.close()
		c.record(time.Now())
		delete(b.balancers, c.name)
	}
	return &elb.DeleteLoadBalancerOutput{}, nil
}

func (c *balancer) close() {
	for _, l := range c.listeners {
		l.door.Close()
	}
	for _, i := range slices.Clone(c.instances) {
		i.gone()
	}
}

// DescribeLoadBalancersClassic tells of all balancers, or of those named.
func (b *Classic) DescribeLoadBalancersClassic(_ context.Context, in *elb.DescribeLoadBalancersInput) (*elb.DescribeLoadBalancersOutput, error) {
	var found []*balancer
	for _, name := range in.LoadBalancerNames {
		c, err := b.balancer(&name)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	if len(in.LoadBalancerNames) == 0 {
		found = slices.SortedFunc(maps.Values(b.balancers), func(x, y *balancer) int { return strings.Compare(x.name, y.name) })
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

// balancer finds a Classic load balancer by its name.
func (b *Classic) balancer(name *string) (*balancer, error) {
	c := b.balancers[aws.ToString(name)]
	if c == nil {
		return nil, wire.Errorf("LoadBalancerNotFound", "There is no ACTIVE Load Balancer named '%s'", aws.ToString(name))
	}
	return c, nil
}

func (c *balancer) describe() types.LoadBalancerDescription {
	d := types.LoadBalancerDescription{
		AvailabilityZones:         append([]string{}, c.zones...),
		BackendServerDescriptions: []types.BackendServerDescription{},
		CanonicalHostedZoneName:   aws.String(c.address.String()),
		CanonicalHostedZoneNameID: aws.String(account.HostedZone),
		CreatedTime:               aws.Time(c.created),
		DNSName:                   aws.String(c.address.String()),
		HealthCheck:               c.check.describe(),
		Instances:                 c.registered(),
		ListenerDescriptions:      []types.ListenerDescription{},
		LoadBalancerName:          aws.String(c.name),
		Policies:                  &types.Policies{},
		Scheme:                    aws.String(c.scheme),
		SecurityGroups:            append([]string{}, c.securityGroups...),
		SourceSecurityGroup:       &types.SourceSecurityGroup{OwnerAlias: aws.String(c.b.account.Options.Account), GroupName: aws.String("default")},
		Subnets:                   append([]string{}, c.subnets...),
	}
	if len(c.subnets) > 0 {
		d.VPCId = aws.String(c.b.account.VPC(c.subnets[0]))
	}
	for _, l := range c.listeners {
		d.ListenerDescriptions = append(d.ListenerDescriptions, types.ListenerDescription{Listener: l.describe(), PolicyNames: []string{}})
	}
	return d
}

// registered lists the instances that were not deregistered.
func (c *balancer) registered() []types.Instance {
	out := []types.Instance{}
	for _, i := range c.instances {
		if !i.leaving {
			out = append(out, types.Instance{InstanceId: aws.String(i.id)})
		}
	}
	return out
}
