package cloud

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/evidence"
	"gekko/cloud/groups"
)

// alb looks at a listener: the rules that are gekko's, and the pools in them
// and of the app's groups.
func (c *Cloud) alb(ctx context.Context, app gekko.AppName, b gekko.Balancer, raw []autoscaling.AutoScalingGroup) (front, error) {
	listener, err := c.listener(ctx, b.Listener)
	if err != nil {
		return front{}, err
	}
	rules, err := c.rules(ctx, listener, b.Rules)
	if err != nil {
		return front{}, err
	}
	f := front{id: listener, health: map[string]map[gekko.InstanceID]seen{}}
	for _, r := range rules {
		f.rules = append(f.rules, ruleName(r))
		for _, t := range targets(r.Actions) {
			p := f.pool(app, aws.ToString(t.TargetGroupArn))
			p.Weights[ruleName(r)] = int(aws.ToInt32(t.Weight))
		}
	}
	for _, g := range raw {
		for _, arn := range groups.Attachments(g) {
			if poolName(arn) == aws.ToString(g.AutoScalingGroupName) || slices.ContainsFunc(f.pools, func(p gekko.Pool) bool { return p.ID == arn }) {
				f.pool(app, arn).App = app
			}
		}
	}
	for i := range f.pools {
		if err := c.lookInto(ctx, &f, &f.pools[i]); err != nil {
			return front{}, err
		}
	}
	f.drain = defaultDrain
	if like, ok := model(f.pools); ok {
		f.drain = like.Drain
	}
	return f, nil
}

// pool finds a pool by its ARN, or takes it in. A snapshot's name makes it the
// app's.
func (f *front) pool(app gekko.AppName, arn string) *gekko.Pool {
	at := slices.IndexFunc(f.pools, func(p gekko.Pool) bool { return p.ID == arn })
	if at < 0 {
		at = len(f.pools)
		p := gekko.Pool{Name: poolName(arn), ID: arn, Weights: map[string]int{}}
		if name, err := gekko.ParseSnapshotName(p.Name); err == nil && name.App() == app {
			p.App = app
		}
		f.pools = append(f.pools, p)
	}
	return &f.pools[at]
}

// livePool is the app's pool that most requests go to.
func livePool(pools []gekko.Pool) (gekko.Pool, bool) {
	ours := slices.DeleteFunc(slices.Clone(pools), func(p gekko.Pool) bool { return p.App == "" })
	if len(ours) == 0 {
		return gekko.Pool{}, false
	}
	return slices.MaxFunc(ours, func(a, b gekko.Pool) int {
		return cmp.Compare(a.Weight()*a.Healthy, b.Weight()*b.Healthy)
	}), true
}

// model is the pool that a new one is made like.
func model(pools []gekko.Pool) (gekko.Pool, bool) {
	if live, ok := livePool(pools); ok || len(pools) == 0 {
		return live, ok
	}
	return slices.MaxFunc(pools, func(a, b gekko.Pool) int { return cmp.Compare(a.Weight(), b.Weight()) }), true
}

// lookInto reads what the balancer says of a pool's instances, and how it
// drains.
func (c *Cloud) lookInto(ctx context.Context, f *front, p *gekko.Pool) error {
	if err := c.states(ctx, f, p); err != nil {
		return err
	}
	var err error
	p.Drain, p.Sticky, err = c.poolHabits(ctx, p.ID)
	return err
}

// states reads what the balancer says of a pool's instances.
func (c *Cloud) states(ctx context.Context, f *front, p *gekko.Pool) error {
	out, err := c.elbv2.DescribeTargetHealth(ctx, &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: &p.ID}, ofATarget)
	if err != nil {
		return answer.Named("target group "+p.Name, err)
	}
	p.Healthy, p.Known = 0, len(out.TargetHealthDescriptions)
	f.health[p.Name] = map[gekko.InstanceID]seen{}
	for _, t := range out.TargetHealthDescriptions {
		s := targetHealth(t.TargetHealth)
		f.health[p.Name][gekko.InstanceID(aws.ToString(t.Target.Id))] = s
		if s.health == gekko.Healthy {
			p.Healthy++
		}
	}
	return nil
}

// ofATarget are the elements that a target's health is told by.
var ofATarget = elasticloadbalancingv2.WithAPIOptions(answer.Only(
	"DescribeTargetHealthResponse", "DescribeTargetHealthResult", "TargetHealthDescriptions", "member",
	"Target", "Id", "TargetHealth", "State", "Reason", "Description",
))

func targetHealth(h *types.TargetHealth) seen {
	if h == nil {
		return seen{gekko.Absent, ""}
	}
	why := string(h.Reason)
	if d := aws.ToString(h.Description); d != "" && why != "" {
		why += ": " + d
	}
	switch h.State {
	case types.TargetHealthStateEnumHealthy, types.TargetHealthStateEnumUnavailable:
		// Unavailable: health checks are off, so it is sent requests.
		return seen{gekko.Healthy, ""}
	case types.TargetHealthStateEnumInitial:
		return seen{gekko.Starting, why}
	case types.TargetHealthStateEnumDraining, types.TargetHealthStateEnumUnhealthyDraining:
		return seen{gekko.Draining, why}
	case types.TargetHealthStateEnumUnhealthy:
		return seen{gekko.Unhealthy, why}
	}
	return seen{gekko.Absent, why}
}

// listener resolves NAME:PORT to an ARN. As neither changes for a listener
// that is there, it is asked for once.
func (c *Cloud) listener(ctx context.Context, listener string) (string, error) {
	if strings.HasPrefix(listener, "arn:") {
		return listener, nil
	}
	if arn, ok := c.listeners.Load(listener); ok {
		return arn.(string), nil
	}
	name, port, _ := strings.Cut(listener, ":")
	number, err := strconv.Atoi(port)
	if err != nil {
		return "", fmt.Errorf("%w: listener %q: want NAME:PORT or an ARN", gekko.ErrInvalid, listener)
	}
	lb, err := c.describeALB(ctx, name)
	if err != nil {
		return "", err
	}
	pages := elasticloadbalancingv2.NewDescribeListenersPaginator(c.elbv2, &elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: lb.LoadBalancerArn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", answer.Named("listeners of "+name, err)
		}
		for _, l := range page.Listeners {
			if int(aws.ToInt32(l.Port)) == number {
				c.listeners.Store(listener, aws.ToString(l.ListenerArn))
				return aws.ToString(l.ListenerArn), nil
			}
		}
	}
	return "", gekko.Hint(fmt.Errorf("balancer %s: listener on port %d: %w", name, number, gekko.ErrNotFound), "balancer.listener in gekko.yaml: NAME:PORT of one that is there")
}

// describeALB finds a balancer by its name or by its own or a listener's ARN.
func (c *Cloud) describeALB(ctx context.Context, nameOrARN string) (types.LoadBalancer, error) {
	name := nameOrARN
	if strings.HasPrefix(nameOrARN, "arn:") {
		name = strings.Split(evidence.BalancerDimension(nameOrARN), "/")[1]
	}
	name, _, _ = strings.Cut(name, ":")
	out, err := c.elbv2.DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{Names: []string{name}})
	if err != nil {
		return types.LoadBalancer{}, answer.Named("balancer "+name, err)
	}
	if len(out.LoadBalancers) == 0 {
		return types.LoadBalancer{}, answer.Named("balancer "+name, gekko.ErrNotFound)
	}
	lb := out.LoadBalancers[0]
	if lb.Type != types.LoadBalancerTypeEnumApplication {
		return lb, fmt.Errorf("%w: balancer %s is of type %s: gekko works with application and Classic balancers", gekko.ErrInvalid, name, lb.Type)
	}
	return lb, nil
}

// poolName cuts the name out of a target group's ARN; "" if it is none.
func poolName(arn string) string {
	parts := strings.Split(evidence.PoolDimension(arn), "/")
	if len(parts) != 3 || parts[0] != "targetgroup" {
		return ""
	}
	return parts[1]
}
