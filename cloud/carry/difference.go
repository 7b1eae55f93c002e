package carry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
)

// Differences are how one group is unlike another, in words: but for name,
// sizes, what a snapshot's plan decides, labels that name the group or its pool,
// and scheduled actions that were to set no fewer instances than are least.
func (c *Carrier) Differences(ctx context.Context, f gekko.Fleet, from, to gekko.GroupName, least int) ([]string, error) {
	one, err := c.traits(ctx, from, rewriting(f, from, to), least)
	if err != nil {
		return nil, err
	}
	another, err := c.traits(ctx, to, rewriting(f, to, to), least)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(one)
	maps.Copy(names, another)
	var all []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a, b := one[name], another[name]; a != b {
			all = append(all, fmt.Sprintf("%s: %s, where group %s has %s", name, orUnset(b), from, orUnset(a)))
		}
	}
	return all, nil
}

func orUnset(value string) string {
	if value == "" {
		return "not set"
	}
	return value
}

// traits are what a group is besides its name and sizes, each by its name, as
// the other group would have it.
func (c *Carrier) traits(ctx context.Context, name gekko.GroupName, r rewrite, least int) (map[string]string, error) {
	raw, err := c.groups.Raw(ctx, name)
	if err != nil {
		return nil, err
	}
	all := groupTraits(raw)
	hooks, err := c.groups.Hooks(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, h := range hooks {
		h.AutoScalingGroupName, h.GlobalTimeout = nil, nil // AWS derives the latter
		all["hook "+aws.ToString(h.LifecycleHookName)] = shown(h)
	}
	policies, err := c.policies(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		if !travels(p) {
			continue
		}
		all["scaling policy "+aws.ToString(p.PolicyName)] = shown(r.policy(p))
		alarms, err := c.alarmsOf(ctx, p)
		if err != nil {
			return nil, err
		}
		r.arns[aws.ToString(p.PolicyARN)] = "policy " + aws.ToString(p.PolicyName)
		for _, a := range alarms {
			in := r.alarm(a)
			all["alarm "+aws.ToString(in.AlarmName)] = shown(in)
		}
	}
	actions, err := c.schedule(ctx, &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: aws.String(string(name))})
	for _, a := range actions {
		if again, ok := comes(a, time.Now()); ok {
			again.StartTime = nil // of a recurring one, AWS moves it on
			all["scheduled action "+aws.ToString(a.ScheduledActionName)] = shown(atLeast(again, least))
		}
	}
	return all, err
}

func groupTraits(raw types.AutoScalingGroup) map[string]string {
	all := map[string]string{}
	for _, s := range settings() {
		if v := shown(s.of(raw)); v != shown(nil) {
			all[s.name] = v
		}
	}
	if m := raw.MixedInstancesPolicy; m != nil && m.InstancesDistribution != nil {
		all["purchase of instances"] = shown(m.InstancesDistribution)
	}
	for _, t := range carriedTags(raw) {
		v := aws.ToString(t.Value)
		if aws.ToBool(t.PropagateAtLaunch) {
			v += " (on instances too)"
		}
		all["tag "+aws.ToString(t.Key)] = v
	}
	var collected []string
	for _, m := range raw.EnabledMetrics {
		collected = append(collected, aws.ToString(m.Metric))
	}
	slices.Sort(collected)
	if len(collected) > 0 {
		all["metrics collected"] = strings.Join(collected, " ")
	}
	return all
}
