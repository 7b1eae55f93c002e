package application

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/balancing/account"
	"gekko/local/balancing/tags"
	"gekko/local/traffic"
	"gekko/local/wire"
)

const listenersEach = 50 // of a balancer

// listener is a port of an application load balancer.
type listener struct {
	arn      string
	balancer *loadBalancer
	port     int
	tags     tags.Tags
	rules    []*rule // by priority, the default rule last
	front    *traffic.Front
	door     *account.Door
}

// CreateListener opens a port of a balancer.
func (b *Application) CreateListener(_ context.Context, in *elbv2.CreateListenerInput) (*elbv2.CreateListenerOutput, error) {
	lb, err := b.balancer(in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	if err := plainHTTP(in.Protocol); err != nil {
		return nil, err
	}
	if in.Port == nil || in.Protocol == "" {
		return nil, wire.Invalid("A protocol and a port must be specified")
	}
	set, err := tags.Tags(nil).With(pairs(in.Tags))
	if err != nil {
		return nil, err
	}
	if len(lb.listeners) >= listenersEach {
		return nil, wire.Errorf("TooManyListeners", "The maximum number of listeners of the load balancer '%s' has been reached", lb.arn)
	}
	l := &listener{balancer: lb, tags: set, arn: b.account.ARN("listener/" + account.Resource(lb.arn) + "/" + account.NewID())}
	first := &rule{listener: l, arn: b.ruleARN(l), priority: defaultPriority}
	if err := b.setActions(first, in.DefaultActions); err != nil {
		return nil, err
	}
	l.rules = []*rule{first}
	if err := b.openListener(l, *in.Port); err != nil {
		return nil, err
	}
	b.listeners[l.arn], b.rules[first.arn] = l, first
	lb.listeners = append(lb.listeners, l)
	slices.SortFunc(lb.listeners, func(x, y *listener) int { return cmp.Compare(x.port, y.port) })
	b.settle()
	return &elbv2.CreateListenerOutput{Listeners: []types.Listener{l.describe()}}, nil
}

func plainHTTP(protocol types.ProtocolEnum) error {
	switch protocol {
	case "", types.ProtocolEnumHttp:
		return nil
	case types.ProtocolEnumHttps:
		return wire.Errorf("UnsupportedOperation", "listeners of protocol HTTPS are not supported here: ask for HTTP")
	}
	return wire.Invalid("Listener protocol '%s' must be one of 'HTTPS, HTTP'", protocol)
}

// openListener opens another port for a listener and closes its former one.
func (b *Application) openListener(l *listener, port int32) error {
	if port < 1 || port > 65535 {
		return wire.Invalid("'%d' is not a valid port: it must be between 1 and 65535", port)
	}
	for _, other := range l.balancer.listeners {
		if other != l && other.port == int(port) {
			return wire.Errorf("DuplicateListener", "A listener already exists on this port for this load balancer '%s'", l.balancer.arn)
		}
	}
	former, formerPort, formerFront := l.door, l.port, l.front
	l.port = int(port)
	b.account.Carry()
	l.front = traffic.NewFront(l.settings(), b.observer(l.balancer))
	door, err := b.account.Open(l.balancer.address, l.port, l.front)
	if err != nil {
		l.port, l.front = formerPort, formerFront
		return err
	}
	if former != nil {
		former.Close()
	}
	l.door = door
	return nil
}

// apply tells the data plane what the listener now does.
func (l *listener) apply() {
	l.balancer.b.account.Carry()
	l.front.Set(l.settings())
}

func (b *Application) observer(lb *loadBalancer) traffic.Observer {
	return func(s traffic.Sample) {
		lb.tally.Note(s)
		b.account.Lost(lb.name, s)
	}
}

// Front finds what listens on a port of a balancer; nil if nothing does.
func (b *Application) Front(name string, port int) *traffic.Front {
	for _, lb := range b.balancers {
		for _, l := range lb.listeners {
			if lb.name == name && l.port == port {
				return l.front
			}
		}
	}
	return nil
}

func (l *listener) settings() traffic.Settings {
	s := l.balancer.settings()
	s.Port = l.port
	for _, r := range l.rules {
		s.Rules = append(s.Rules, r.compiled)
	}
	return s
}

// ModifyListener changes a listener's port or its default actions.
func (b *Application) ModifyListener(_ context.Context, in *elbv2.ModifyListenerInput) (*elbv2.ModifyListenerOutput, error) {
	l, err := b.listener(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	if err := plainHTTP(in.Protocol); err != nil {
		return nil, err
	}
	changed := *l.rules[len(l.rules)-1]
	if len(in.DefaultActions) > 0 {
		if err := b.setActions(&changed, in.DefaultActions); err != nil {
			return nil, err
		}
	}
	if in.Port != nil && int(*in.Port) != l.port {
		if err := b.openListener(l, *in.Port); err != nil {
			return nil, err
		}
	}
	*l.rules[len(l.rules)-1] = changed
	l.apply()
	b.settle()
	return &elbv2.ModifyListenerOutput{Listeners: []types.Listener{l.describe()}}, nil
}

// DeleteListener closes a port, with the rules behind it.
func (b *Application) DeleteListener(_ context.Context, in *elbv2.DeleteListenerInput) (*elbv2.DeleteListenerOutput, error) {
	l, err := b.listener(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	b.removeListener(l)
	b.settle()
	return &elbv2.DeleteListenerOutput{}, nil
}

func (b *Application) removeListener(l *listener) {
	b.account.Carry()
	l.door.Close()
	for _, r := range l.rules {
		delete(b.rules, r.arn)
	}
	delete(b.listeners, l.arn)
	l.balancer.listeners = slices.DeleteFunc(l.balancer.listeners, func(o *listener) bool { return o == l })
}

// DescribeListeners tells of a balancer's listeners, or of those named.
func (b *Application) DescribeListeners(_ context.Context, in *elbv2.DescribeListenersInput) (*elbv2.DescribeListenersOutput, error) {
	var found []*listener
	switch {
	case in.LoadBalancerArn != nil:
		lb, err := b.balancer(in.LoadBalancerArn)
		if err != nil {
			return nil, err
		}
		found = lb.listeners
	case len(in.ListenerArns) == 0:
		return nil, wire.Invalid("You must specify either listener ARNs or a load balancer ARN")
	}
	for _, arn := range in.ListenerArns {
		l := b.listeners[arn]
		if l == nil {
			return nil, wire.Errorf("ListenerNotFound", "One or more listeners not found")
		}
		if in.LoadBalancerArn == nil {
			found = append(found, l)
		}
	}
	if in.LoadBalancerArn != nil && len(in.ListenerArns) > 0 {
		found = slices.DeleteFunc(slices.Clone(found), func(l *listener) bool { return !slices.Contains(in.ListenerArns, l.arn) })
	}
	page, next, err := wire.Page(found, in.Marker, in.PageSize, 400)
	if err != nil {
		return nil, err
	}
	out := &elbv2.DescribeListenersOutput{NextMarker: next, Listeners: []types.Listener{}}
	for _, l := range page {
		out.Listeners = append(out.Listeners, l.describe())
	}
	return out, nil
}

// DescribeListenerAttributes tells a listener's settings, of which none can be changed here.
func (b *Application) DescribeListenerAttributes(_ context.Context, in *elbv2.DescribeListenerAttributesInput) (*elbv2.DescribeListenerAttributesOutput, error) {
	if _, err := b.listener(in.ListenerArn); err != nil {
		return nil, err
	}
	return &elbv2.DescribeListenerAttributesOutput{Attributes: []types.ListenerAttribute{
		{Key: aws.String("routing.http.response.server.enabled"), Value: aws.String("true")},
	}}, nil
}

// listener finds a listener by its ARN.
func (b *Application) listener(arn *string) (*listener, error) {
	l := b.listeners[aws.ToString(arn)]
	if l == nil {
		return nil, wire.Errorf("ListenerNotFound", "One or more listeners not found")
	}
	return l, nil
}

func (l *listener) describe() types.Listener {
	return types.Listener{
		DefaultActions:  l.rules[len(l.rules)-1].actions,
		ListenerArn:     aws.String(l.arn),
		LoadBalancerArn: aws.String(l.balancer.arn),
		Port:            aws.Int32(int32(l.port)),
		Protocol:        types.ProtocolEnumHttp,
	}
}

// settle finds out anew which groups are in use, by which balancer, and brings
// their targets to it.
func (b *Application) settle() {
	users := make(map[string]*loadBalancer)
	for _, r := range b.rules {
		for _, arn := range r.groups() {
			users[arn] = r.listener.balancer
		}
	}
	for arn, g := range b.groups {
		g.balancer = users[arn]
		g.settle()
	}
}

func (b *Application) ruleARN(l *listener) string {
	return strings.Replace(l.arn, ":listener/", ":listener-rule/", 1) + "/" + account.NewID()
}
