package application

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/balancing/account"
	"gekko/local/balancing/tags"
	"gekko/local/balancing/tally"
	"gekko/local/traffic"
	"gekko/local/wire"
)

const balancersEach = 50 // of an account

// loadBalancer is an application load balancer.
type loadBalancer struct {
	b              *Application
	arn, name      string
	scheme         types.LoadBalancerSchemeEnum
	addressType    types.IpAddressType
	created        time.Time
	places         []account.Place
	securityGroups []string
	address        netip.Addr
	active         bool
	attributes     attributes
	tags           tags.Tags
	listeners      []*listener
	tally          tally.Tally
	series         *tally.Series // nil: nothing was recorded yet
}

// CreateLoadBalancer makes an application load balancer. Asked for again with
// the same settings it gives the one that is there.
func (b *Application) CreateLoadBalancer(_ context.Context, in *elbv2.CreateLoadBalancerInput) (*elbv2.CreateLoadBalancerOutput, error) {
	name := aws.ToString(in.Name)
	if in.Type != "" && in.Type != types.LoadBalancerTypeEnumApplication {
		return nil, wire.Errorf("UnsupportedOperation", "load balancers of type %s are not supported here: ask for type application", in.Type)
	}
	if err := account.CheckName("load balancer", name); err != nil {
		return nil, err
	}
	if strings.HasPrefix(name, "internal-") {
		return nil, wire.Invalid("The load balancer name '%s' cannot begin with 'internal-'", name)
	}
	places, err := b.places(in.Subnets, in.SubnetMappings)
	if err != nil {
		return nil, err
	}
	set, err := tags.Tags(nil).With(pairs(in.Tags))
	if err != nil {
		return nil, err
	}
	lb := &loadBalancer{
		b:    b,
		name: name, scheme: in.Scheme, addressType: in.IpAddressType, created: time.Now(), places: places,
		securityGroups: b.account.Groups(in.SecurityGroups), attributes: make(attributes), tags: set,
	}
	if lb.scheme == "" {
		lb.scheme = types.LoadBalancerSchemeEnumInternetFacing
	}
	switch lb.addressType {
	case "":
		lb.addressType = types.IpAddressTypeIpv4
	case types.IpAddressTypeIpv4:
	default:
		return nil, wire.Errorf("UnsupportedOperation", "the IP address type %s is not supported here: ask for ipv4", in.IpAddressType)
	}
	if old := b.balancerNamed(name); old != nil {
		if !old.same(lb) {
			return nil, wire.Errorf("DuplicateLoadBalancerName", "A load balancer with the same name '%s' exists, but with different settings", name)
		}
		return &elbv2.CreateLoadBalancerOutput{LoadBalancers: []types.LoadBalancer{b.describeBalancer(old)}}, nil
	}
	if len(b.balancers) >= balancersEach {
		return nil, wire.Errorf("TooManyLoadBalancers", "The maximum number of load balancers has been reached")
	}
	lb.arn = b.account.ARN("loadbalancer/app/" + name + "/" + account.NewID())
	lb.address = b.account.Address()
	b.balancers[lb.arn] = lb
	b.account.Loop.After(b.account.ProvisionTime, func() { lb.active = true })
	return &elbv2.CreateLoadBalancerOutput{LoadBalancers: []types.LoadBalancer{b.describeBalancer(lb)}}, nil
}

func (lb *loadBalancer) same(other *loadBalancer) bool {
	return lb.scheme == other.scheme && lb.addressType == other.addressType && slices.Equal(lb.places, other.places) &&
		slices.Equal(lb.securityGroups, other.securityGroups) && maps.Equal(lb.tags, other.tags)
}

// places are the subnets that a balancer is given, in the order of their zones.
func (b *Application) places(subnets []string, mappings []types.SubnetMapping) ([]account.Place, error) {
	if len(subnets) > 0 && len(mappings) > 0 {
		return nil, wire.Invalid("Only one of subnets or subnet mappings may be specified")
	}
	for _, m := range mappings {
		if m.AllocationId != nil || m.IPv6Address != nil || m.PrivateIPv4Address != nil || m.SourceNatIpv6Prefix != nil {
			return nil, wire.Errorf("InvalidConfigurationRequest", "Addresses cannot be specified for an application load balancer")
		}
		subnets = append(subnets, aws.ToString(m.SubnetId))
	}
	places, err := b.account.Places(subnets)
	if err != nil {
		return nil, err
	}
	if len(places) < 2 {
		return nil, wire.Invalid("At least two subnets in two different Availability Zones must be specified")
	}
	return places, nil
}

func (lb *loadBalancer) enabled(zone string) bool {
	return slices.ContainsFunc(lb.places, func(p account.Place) bool { return p.Zone == zone })
}

// DeleteLoadBalancer removes a balancer with its listeners and rules. One that
// is not there is gone already.
func (b *Application) DeleteLoadBalancer(_ context.Context, in *elbv2.DeleteLoadBalancerInput) (*elbv2.DeleteLoadBalancerOutput, error) {
	lb := b.balancers[aws.ToString(in.LoadBalancerArn)]
	if lb == nil {
		return &elbv2.DeleteLoadBalancerOutput{}, nil
	}
	if lb.attributes.get(balancerAttributes(), "deletion_protection.enabled") == "true" {
		return nil, wire.Errorf("OperationNotPermitted", "Load balancer '%s' cannot be deleted because deletion protection is enabled", lb.arn)
	}
	for _, l := range slices.Clone(lb.listeners) {
		b.removeListener(l)
	}
	b.recordBalancer(lb, time.Now())
	delete(b.balancers, lb.arn)
	b.settle()
	return &elbv2.DeleteLoadBalancerOutput{}, nil
}

// DescribeLoadBalancers tells of all balancers, or of those named.
func (b *Application) DescribeLoadBalancers(_ context.Context, in *elbv2.DescribeLoadBalancersInput) (*elbv2.DescribeLoadBalancersOutput, error) {
	var found []*loadBalancer
	for _, arn := range in.LoadBalancerArns {
		lb := b.balancers[arn]
		if lb == nil {
			return nil, wire.Errorf("LoadBalancerNotFound", "Load balancers '[%s]' not found", arn)
		}
		found = append(found, lb)
	}
	for _, name := range in.Names {
		lb := b.balancerNamed(name)
		if lb == nil {
			return nil, wire.Errorf("LoadBalancerNotFound", "Load balancers '[%s]' not found", name)
		}
		found = append(found, lb)
	}
	if len(in.LoadBalancerArns)+len(in.Names) == 0 {
		found = slices.SortedFunc(maps.Values(b.balancers), func(x, y *loadBalancer) int { return strings.Compare(x.arn, y.arn) })
	}
	page, next, err := wire.Page(found, in.Marker, in.PageSize, 400)
	if err != nil {
		return nil, err
	}
	out := &elbv2.DescribeLoadBalancersOutput{NextMarker: next, LoadBalancers: []types.LoadBalancer{}}
	for _, lb := range page {
		out.LoadBalancers = append(out.LoadBalancers, b.describeBalancer(lb))
	}
	return out, nil
}

func (b *Application) balancerNamed(name string) *loadBalancer {
	for _, lb := range b.balancers {
		if lb.name == name {
			return lb
		}
	}
	return nil
}

// balancer finds a balancer by its ARN.
func (b *Application) balancer(arn *string) (*loadBalancer, error) {
	lb := b.balancers[aws.ToString(arn)]
	if lb == nil {
		return nil, wire.Errorf("LoadBalancerNotFound", "Load balancers '[%s]' not found", aws.ToString(arn))
	}
	return lb, nil
}

func (b *Application) describeBalancer(lb *loadBalancer) types.LoadBalancer {
	state := types.LoadBalancerStateEnumProvisioning
	if lb.active {
		state = types.LoadBalancerStateEnumActive
	}
	return types.LoadBalancer{
		AvailabilityZones: lb.zones(), CanonicalHostedZoneId: aws.String(account.HostedZone),
		CreatedTime:      aws.Time(lb.created),
		DNSName:          aws.String(lb.address.String()),
		IpAddressType:    lb.addressType,
		LoadBalancerArn:  aws.String(lb.arn),
		LoadBalancerName: aws.String(lb.name),
		Scheme:           lb.scheme,
		SecurityGroups:   lb.securityGroups,
		State:            &types.LoadBalancerState{Code: state},
		Type:             types.LoadBalancerTypeEnumApplication,
		VpcId:            aws.String(b.account.VPC(lb.places[0].Subnet)),
	}
}

func (lb *loadBalancer) zones() []types.AvailabilityZone {
	var zones []types.AvailabilityZone
	for _, p := range lb.places {
		zones = append(zones, types.AvailabilityZone{ZoneName: aws.String(p.Zone), SubnetId: aws.String(p.Subnet)})
	}
	return zones
}

// SetSubnets moves a balancer to other zones.
func (b *Application) SetSubnets(_ context.Context, in *elbv2.SetSubnetsInput) (*elbv2.SetSubnetsOutput, error) {
	lb, err := b.balancer(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	if in.IpAddressType != "" && in.IpAddressType != lb.addressType {
		return nil, wire.Errorf("UnsupportedOperation", "the IP address type %s is not supported here: ask for ipv4", in.IpAddressType)
	}
	places, err := b.places(in.Subnets, in.SubnetMappings)
	if err != nil {
		return nil, err
	}
	lb.places = places
	b.settle()
	return &elbv2.SetSubnetsOutput{AvailabilityZones: lb.zones(), IpAddressType: lb.addressType}, nil
}

// SetSecurityGroups replaces a balancer's security groups, which are told again
// and have no effect.
func (b *Application) SetSecurityGroups(_ context.Context, in *elbv2.SetSecurityGroupsInput) (*elbv2.SetSecurityGroupsOutput, error) {
	lb, err := b.balancer(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	lb.securityGroups = in.SecurityGroups
	return &elbv2.SetSecurityGroupsOutput{SecurityGroupIds: lb.securityGroups}, nil
}

// ModifyLoadBalancerAttributes changes settings of a balancer: all that are asked for, or none.
func (b *Application) ModifyLoadBalancerAttributes(_ context.Context, in *elbv2.ModifyLoadBalancerAttributesInput) (*elbv2.ModifyLoadBalancerAttributesOutput, error) {
	lb, err := b.balancer(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	set := maps.Clone(lb.attributes)
	for _, a := range in.Attributes {
		if err := set.set("Load balancer", balancerAttributes(), aws.ToString(a.Key), aws.ToString(a.Value)); err != nil {
			return nil, err
		}
	}
	lb.attributes = set
	for _, l := range lb.listeners {
		l.apply()
	}
	return &elbv2.ModifyLoadBalancerAttributesOutput{Attributes: lb.describeAttributes()}, nil
}

// DescribeLoadBalancerAttributes tells a balancer's settings.
func (b *Application) DescribeLoadBalancerAttributes(_ context.Context, in *elbv2.DescribeLoadBalancerAttributesInput) (*elbv2.DescribeLoadBalancerAttributesOutput, error) {
	lb, err := b.balancer(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeLoadBalancerAttributesOutput{Attributes: lb.describeAttributes()}, nil
}

func (lb *loadBalancer) describeAttributes() []types.LoadBalancerAttribute {
	var out []types.LoadBalancerAttribute
	for _, a := range balancerAttributes() {
		out = append(out, types.LoadBalancerAttribute{Key: aws.String(a.key), Value: aws.String(lb.attributes.get(balancerAttributes(), a.key))})
	}
	return out
}

// settings are what the balancer's attributes mean to its fronts.
func (lb *loadBalancer) settings() traffic.Settings {
	s := traffic.Settings{Idle: time.Duration(lb.attributes.number(balancerAttributes(), "idle_timeout.timeout_seconds")) * time.Second}
	switch lb.attributes.get(balancerAttributes(), "routing.http.xff_header_processing.mode") {
	case "preserve":
		s.Forward = traffic.Preserve
	case "remove":
		s.Forward = traffic.Remove
	}
	return s
}
