package application

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/balancing/account"
	"gekko/local/flow"
	"gekko/local/loop"
	"gekko/local/traffic"
	"gekko/local/wire"
)

const targetsEach = 1000 // of a target group

// target is one registration: an instance or an address, with a port.
type target struct {
	group    *targetGroup
	id       string
	port     int
	zone     string
	address  string                     // the Host header of health checks
	state    ec2types.InstanceStateName // empty for an address
	server   *traffic.Target
	started  bool // it is in use, and so is to be checked
	entering *loop.Event
	entered  bool // its registration is no longer in progress
	leaving  bool // it was deregistered and is draining
	lingers  bool // it still gets requests all the same
	health   traffic.Health
	found    traffic.Finding
	code     int
	watch    *account.Watch
	checked  groupCheck // what planned was made for
	planned  account.Plan
}

// RegisterTargets adds targets to a group: all, or none if one cannot be. One
// that is draining comes back.
func (b *Application) RegisterTargets(_ context.Context, in *elbv2.RegisterTargetsInput) (*elbv2.RegisterTargetsOutput, error) {
	g, err := b.group(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	var fresh []*target
	var stopped []string
	for _, d := range in.Targets {
		t, err := g.newTarget(d)
		if err != nil {
			return nil, err
		}
		if t.state != "" && t.state != ec2types.InstanceStateNameRunning {
			stopped = append(stopped, "'"+t.id+"'")
		}
		fresh = append(fresh, t)
	}
	if len(stopped) > 0 {
		return nil, wire.Errorf("InvalidTarget", "The following targets are not in a running state and cannot be registered: %s", strings.Join(stopped, ", "))
	}
	if len(g.targets)+len(fresh) > targetsEach {
		return nil, wire.Errorf("TooManyTargets", "The maximum number of targets of the target group '%s' has been reached", g.arn)
	}
	for _, t := range fresh {
		g.enter(t)
	}
	g.settle()
	return &elbv2.RegisterTargetsOutput{}, nil
}

// newTarget looks a target up without registering it.
func (g *targetGroup) newTarget(d types.TargetDescription) (*target, error) {
	t := &target{group: g, id: aws.ToString(d.Id), port: g.port}
	if d.Port != nil {
		t.port = int(*d.Port)
	}
	if t.port < 1 || t.port > 65535 {
		return nil, wire.Invalid("'%d' is not a valid port: it must be between 1 and 65535", t.port)
	}
	if g.kind == types.TargetTypeEnumIp {
		addr, err := netip.ParseAddr(t.id)
		if err != nil {
			return nil, wire.Invalid("The IP address '%s' is not a valid IPv4 address", t.id)
		}
		if !addr.IsLoopback() {
			return nil, wire.Errorf("UnsupportedOperation", "the target %s is not supported here: an IP target must be a loopback address", t.id)
		}
		t.address, t.zone = t.id, aws.ToString(d.AvailabilityZone)
	} else {
		i, ok := g.b.account.Instances.Instance(t.id)
		if !ok {
			return nil, wire.Errorf("InvalidTarget", "The following targets do not exist: '%s'", t.id)
		}
		t.address, t.state = aws.ToString(i.PrivateIpAddress), account.StateOf(i)
		if i.Placement != nil {
			t.zone = aws.ToString(i.Placement.AvailabilityZone)
		}
	}
	t.server = traffic.NewTarget(t.id+":"+strconv.Itoa(t.port), t.zone, g.dial(t.id, t.port))
	t.server.Take = func(s flow.Span) flow.Served { return g.b.account.Instances.Take(t.id, s) }
	return t, nil
}

// dial is the way to a port of an instance or an address.
func (g *targetGroup) dial(id string, port int) traffic.Dial {
	if g.kind == types.TargetTypeEnumIp {
		at := net.JoinHostPort(id, strconv.Itoa(port))
		return func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", at) }
	}
	instances := g.b.account.Instances
	return func(ctx context.Context) (net.Conn, error) { return instances.Dial(ctx, id, port) }
}

// enter registers a target, unless it is registered already.
func (g *targetGroup) enter(t *target) {
	i := slices.IndexFunc(g.targets, func(o *target) bool { return o.id == t.id && o.port == t.port })
	switch {
	case i < 0:
		g.targets = append(g.targets, t)
	case g.targets[i].leaving:
		g.targets[i] = t // the old one drains on its own
	}
}

// DeregisterTargets takes targets out of a group. Those of a group in use drain
// for the group's delay.
func (b *Application) DeregisterTargets(_ context.Context, in *elbv2.DeregisterTargetsInput) (*elbv2.DeregisterTargetsOutput, error) {
	g, err := b.group(in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	for _, d := range in.Targets {
		for _, t := range slices.Clone(g.targets) {
			if t.id == aws.ToString(d.Id) && (d.Port == nil || t.port == int(*d.Port)) {
				t.leave()
			}
		}
	}
	g.settle()
	return &elbv2.DeregisterTargetsOutput{}, nil
}

// leave begins to drain a target: from now on no new request reaches it, and
// those in flight have the group's delay, all of which AWS takes even when
// nothing is in flight.
func (t *target) leave() {
	if t.leaving {
		return
	}
	used := t.started
	t.stop()
	t.leaving = true
	if linger := t.group.b.account.Linger(); used && linger > 0 {
		t.lingers = true
		t.group.b.account.Loop.After(linger, t.drain)
	} else {
		t.drain()
	}
	delay := time.Duration(t.group.attributes.number(groupAttributes(), "deregistration_delay.timeout_seconds")) * time.Second
	if !used || delay == 0 {
		t.gone()
		return
	}
	t.group.b.account.Loop.After(delay, t.gone)
}

// drain lets a target get no more requests.
func (t *target) drain() {
	t.lingers = false
	t.group.fill() // before it drains, or a request might still choose it
	t.server.Drain(func() {})
}

func (t *target) gone() {
	t.lingers = false
	if t.leaving {
		t.cut()
	}
	t.server.Close()
	t.group.targets = slices.DeleteFunc(t.group.targets, func(o *target) bool { return o == t })
}

// cut counts what was in flight when the target went as lost.
func (t *target) cut() {
	if lb := t.group.balancer; lb != nil {
		t.group.b.account.Lose(flow.Loss{
			Cause: flow.Cut, Balancer: lb.name, Target: t.server.Name, Requests: t.server.Cut(time.Now()),
		})
	}
}

// start begins the checking of a target that is now in use.
func (t *target) start() {
	t.started = true
	t.entering = t.group.b.account.Loop.After(t.group.b.account.RegisterTime, func() {
		t.entered = true
		t.recheck()
		t.group.fill()
	})
}

// stop ends the checking and forgets what was found.
func (t *target) stop() {
	t.entering.Cancel()
	t.watch.End()
	t.started, t.entered, t.watch, t.health = false, false, nil, traffic.Health{}
}

// recheck begins to check anew by what the group now says; what was found stays.
func (t *target) recheck() {
	if !t.entered {
		return
	}
	t.watch.End()
	t.watch = &account.Watch{Loop: t.group.b.account.Loop, Plan: t.plan, Note: t.note}
	t.watch.Begin()
}

func (t *target) plan() account.Plan {
	c := t.group.check
	if c == t.checked {
		return t.planned
	}
	port := t.checkPort()
	t.checked, t.planned = c, account.Plan{
		Probe: traffic.Probe{
			Path: c.path, Host: net.JoinHostPort(t.address, strconv.Itoa(port)), Agent: "ELB-HealthChecker/2.0",
			Timeout: c.timeout, Codes: t.group.good(),
		},
		Every:  c.interval,
		Dial:   t.group.dial(t.id, port),
		Direct: func() (int, bool) { return t.group.b.account.Instances.Probe(t.id, port, c.path) },
	}
	return t.planned
}

func (t *target) checkPort() int {
	if t.group.check.port == trafficPort {
		return t.port
	}
	port, _ := strconv.Atoi(t.group.check.port)
	return port
}

// note takes a finding in. A new target needs a single good one.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
func (t *target) note(found traffic.Finding, code int) {
	t.found, t.code = found, code
	up := t.group.check.healthy
	if !t.health.Known {
		up = 1
	}
	if t.health.Note(found == traffic.Well, up, t.group.check.unhealthy) {
		t.group.fill()
	}
}

// settle brings all of a group's targets to what now holds: whether the group is
// in use, which zones are enabled, which instances run.
func (g *targetGroup) settle() {
	for _, t := range g.targets {
		switch wanted := t.usable(); {
		case t.leaving || wanted == t.started:
		case wanted:
			t.start()
		default:
			t.stop()
		}
	}
	g.fill()
}

// usable tells whether the balancer looks at a target at all.
func (t *target) usable() bool {
	return t.group.balancer != nil && t.inZone() && !t.down()
}

func (t *target) inZone() bool {
	return t.zone == "" || t.zone == "all" || t.group.balancer.enabled(t.zone)
}

func (t *target) down() bool {
	return t.state == ec2types.InstanceStateNameStopped || t.state == ec2types.InstanceStateNameTerminated
}

// fill tells the data plane who may get requests.
func (g *targetGroup) fill() {
	policy := traffic.Policy{
		FailOpen:    true,
		LeastLoaded: g.attributes.get(groupAttributes(), "load_balancing.algorithm.type") == "least_outstanding_requests",
	}
	if g.attributes.get(groupAttributes(), "stickiness.enabled") == "true" {
		policy.Sticky = time.Duration(g.attributes.number(groupAttributes(), "stickiness.lb_cookie.duration_seconds")) * time.Second
	}
	var members []traffic.Member
	for _, t := range g.targets {
		if t.lingers || t.entered && !t.leaving {
			members = append(members, traffic.Member{Target: t.server, Healthy: t.lingers || t.health.Healthy})
		}
	}
	g.b.account.Carry()
	g.pool.Set(policy, members)
}

// instanceChanged follows an instance that may be registered. AWS deregisters a
// terminated one by itself.
func (g *targetGroup) instanceChanged(id string, state ec2types.InstanceStateName) {
	if g.kind != types.TargetTypeEnumInstance {
		return
	}
	changed := false
	for _, t := range slices.Clone(g.targets) {
		if t.id != id {
			continue
		}
		t.state, changed = state, true
		if state != ec2types.InstanceStateNameRunning {
			t.cut()
		}
		if state == ec2types.InstanceStateNameTerminated {
			t.leave()
		}
	}
	if changed {
		g.settle()
	}
}

// dissolve lets go of all targets at once.
func (g *targetGroup) dissolve() {
	for _, t := range slices.Clone(g.targets) {
		t.stop()
		t.gone()
	}
	g.fill()
}
