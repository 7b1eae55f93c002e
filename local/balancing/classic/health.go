package classic

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"

	"gekko/local/balancing/account"
	"gekko/local/traffic"
	"gekko/local/wire"
)

// check is how a Classic balancer checks its instances.
type check struct {
	target             string // as it was given, e.g. HTTP:80/health
	tcp                bool
	port               int
	path               string
	interval, timeout  time.Duration
	healthy, unhealthy int // findings in a row
}

// newCheck is AWS's default.
func newCheck(port int) check {
	return check{
		target: fmt.Sprintf("TCP:%d", port), tcp: true, port: port,
		interval: 30 * time.Second, timeout: 5 * time.Second, healthy: 10, unhealthy: 2,
	}
}

// parseTarget reads what is asked, PROTOCOL:PORT/PATH.
func (c *check) parseTarget(target string) error {
	protocol, rest, _ := strings.Cut(target, ":")
	number, path, slash := strings.Cut(rest, "/")
	port, err := strconv.Atoi(number)
	if err != nil || port < 1 || port > 65535 {
		return wire.Invalid("HealthCheck Target '%s' must specify a port between 1 and 65535", target)
	}
	switch protocol = strings.ToUpper(protocol); {
	case protocol == "HTTPS" || protocol == "SSL":
		return wire.Errorf("UnsupportedOperation", "health checks by %s are not supported here: ask for HTTP or TCP", protocol)
	case protocol != "HTTP" && protocol != "TCP":
		return wire.Invalid("HealthCheck Target '%s' must begin with one of HTTP, TCP, HTTPS, SSL", target)
	case protocol == "HTTP" && !slash:
		return wire.Invalid("HealthCheck HTTP Target must specify a port followed by a path that begins with a slash. e.g. HTTP:80/ping/this/path")
	case protocol == "TCP" && slash:
		return wire.Invalid("HealthCheck TCP Target must specify a port alone. e.g. TCP:80")
	case len(target) > 1024 || strings.ContainsAny(path, " \r\n\t"):
		return wire.Invalid("HealthCheck Target '%s' must have at most 1024 characters and no blanks", target)
	}
	c.target, c.tcp, c.port, c.path = protocol+":"+rest, protocol == "TCP", port, "/"+path
	return nil
}

// parse reads a whole health check, each part of which must be given.
func (c *check) parse(h *types.HealthCheck) error {
	if h == nil || h.Target == nil || h.Interval == nil || h.Timeout == nil || h.HealthyThreshold == nil || h.UnhealthyThreshold == nil {
		return wire.Invalid("HealthCheck must have a Target, an Interval, a Timeout, a HealthyThreshold and an UnhealthyThreshold")
	}
	if err := c.parseTarget(*h.Target); err != nil {
		return err
	}
	for _, n := range []struct {
		what               string
		value, least, most int32
	}{
		{"Interval", *h.Interval, 5, 300},
		{"Timeout", *h.Timeout, 2, 60},
		{"HealthyThreshold", *h.HealthyThreshold, 2, 10},
		{"UnhealthyThreshold", *h.UnhealthyThreshold, 2, 10},
	} {
		if n.value < n.least || n.value > n.most {
			return wire.Invalid("HealthCheck %s must be between %d and %d", n.what, n.least, n.most)
		}
	}
	if *h.Timeout >= *h.Interval {
		return wire.Invalid("HealthCheck timeout must be less than interval")
	}
	c.interval, c.timeout = time.Duration(*h.Interval)*time.Second, time.Duration(*h.Timeout)*time.Second
	c.healthy, c.unhealthy = int(*h.HealthyThreshold), int(*h.UnhealthyThreshold)
	return nil
}

func (c *check) describe() *types.HealthCheck {
	return &types.HealthCheck{
		Target: aws.String(c.target), Interval: aws.Int32(int32(c.interval / time.Second)), Timeout: aws.Int32(int32(c.timeout / time.Second)),
		HealthyThreshold: aws.Int32(int32(c.healthy)), UnhealthyThreshold: aws.Int32(int32(c.unhealthy)),
	}
}

// ConfigureHealthCheck replaces a balancer's health check.
func (b *Classic) ConfigureHealthCheck(_ context.Context, in *elb.ConfigureHealthCheckInput) (*elb.ConfigureHealthCheckOutput, error) {
	c, err := b.balancer(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	var check check
	if err := check.parse(in.HealthCheck); err != nil {
		return nil, err
	}
	c.check = check
	for _, i := range c.instances {
		if i.entered {
			i.watch.End()
			i.watch = &account.Watch{Loop: b.account.Loop, Plan: i.plan, Note: i.note}
			i.watch.Begin()
		}
	}
	return &elb.ConfigureHealthCheckOutput{HealthCheck: check.describe()}, nil
}

func (i *instance) plan() account.Plan {
	c := i.balancer.check
	return account.Plan{
		Probe: traffic.Probe{
			TCP: c.tcp, Path: c.path, Host: net.JoinHostPort(i.address, strconv.Itoa(c.port)), Agent: "ELB-HealthChecker/1.0",
			Timeout: c.timeout, Codes: func(code int) bool { return code == 200 },
		},
		Every:  c.interval,
		Dial:   i.dial(c.port),
		Direct: func() (int, bool) { return i.balancer.b.account.Instances.Probe(i.id, c.port, c.path) },
	}
}

func (i *instance) note(found traffic.Finding, _ int) {
	if i.health.Note(found == traffic.Well, i.balancer.check.healthy, i.balancer.check.unhealthy) {
		i.balancer.fill()
	}
}

func (i *instance) inZone() bool { return slices.Contains(i.balancer.zones, i.zone) }

// healthy tells whether an instance gets requests.
func (i *instance) healthy() bool {
	return i.health.Healthy && i.inZone() && i.state == ec2types.InstanceStateNameRunning
}

// DescribeInstanceHealth tells of all instances of a balancer, draining ones
// too, or of those named.
func (b *Classic) DescribeInstanceHealth(_ context.Context, in *elb.DescribeInstanceHealthInput) (*elb.DescribeInstanceHealthOutput, error) {
	c, err := b.balancer(in.LoadBalancerName)
	if err != nil {
		return nil, err
	}
	out := &elb.DescribeInstanceHealthOutput{InstanceStates: []types.InstanceState{}}
	if len(in.Instances) == 0 {
		for _, i := range c.instances {
			out.InstanceStates = append(out.InstanceStates, i.describe())
		}
	}
	for _, d := range in.Instances {
		id := aws.ToString(d.InstanceId)
		at := slices.IndexFunc(c.instances, func(i *instance) bool { return i.id == id })
		if at >= 0 {
			out.InstanceStates = append(out.InstanceStates, c.instances[at].describe())
			continue
		}
		if _, ok := b.account.Instances.Instance(id); !ok {
			return nil, wire.Errorf("InvalidInstance", "Could not find EC2 instance %s.", id)
		}
		out.InstanceStates = append(out.InstanceStates, instanceState(id, "OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer."))
	}
	return out, nil
}

func instanceState(id, state, reason, text string) types.InstanceState {
	return types.InstanceState{InstanceId: aws.String(id), State: aws.String(state), ReasonCode: aws.String(reason), Description: aws.String(text)}
}

// describe is what AWS would say of an instance. A draining one is still in service.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-conn-drain.html
func (i *instance) describe() types.InstanceState {
	out := func(reason, text string) types.InstanceState {
		return instanceState(i.id, "OutOfService", reason, text)
	}
	switch {
	case i.leaving:
		return instanceState(i.id, "InService", "N/A", "Instance deregistration currently in progress.")
	case i.state != ec2types.InstanceStateNameRunning:
		return out("Instance", fmt.Sprintf("Instance is in %s state.", i.state))
	case !i.inZone():
		return out("ELB", "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.")
	case i.health.Healthy:
		return instanceState(i.id, "InService", "N/A", "N/A")
	case !i.health.Known && !i.health.Rising():
		return out("ELB", "Instance registration is still in progress.")
	case i.health.Rising():
		return out("Instance", "Instance has not passed the configured HealthyThreshold number of health checks consecutively.")
	}
	return out("Instance", "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.")
}
