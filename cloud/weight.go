package cloud

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko"
)

// poolLimit is how many target groups a forward action may name
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html).
const poolLimit = 5

// Weigh sets the weights, 0 to 999, of the named pools in one rule, adds those
// that it does not send to yet, and keeps all others. As the whole list is
// replaced without a condition, it is read again right before.
func (c *Cloud) Weigh(ctx context.Context, f gekko.Fleet, rule string, weights map[string]int) error {
	r, err := c.rules(ctx, f.ID, []string{rule})
	if err != nil {
		return err
	}
	before := targets(r[0].Actions)
	after := slices.Clone(before)
	for _, name := range slices.Sorted(maps.Keys(weights)) {
		weight := aws.Int32(int32(weights[name]))
		at := slices.IndexFunc(after, func(t types.TargetGroupTuple) bool { return poolName(aws.ToString(t.TargetGroupArn)) == name })
		if at >= 0 {
			after[at].Weight = weight
			continue
		}
		raw, err := c.targetGroup(ctx, name)
		if err != nil {
			return err
		}
		after = append(after, types.TargetGroupTuple{TargetGroupArn: raw.TargetGroupArn, Weight: weight})
	}
	if len(after) > poolLimit {
		return fmt.Errorf("rule %s: %w: it would send to %d target groups, AWS takes %d: retire a group first", rule, gekko.ErrConflict, len(after), poolLimit)
	}
	if slices.EqualFunc(before, after, sameTarget) {
		return nil
	}
	actions, err := forwarding(r[0].Actions, after, int32(stickiness(f)/time.Second))
	if err != nil {
		return fmt.Errorf("rule %s: %w", rule, err)
	}
	return c.change(ctx, f.ID, r[0], actions)
}

// Leave takes a pool out of a rule.
func (c *Cloud) Leave(ctx context.Context, f gekko.Fleet, rule, pool string) error {
	r, err := c.rules(ctx, f.ID, []string{rule})
	if err != nil {
		return err
	}
	before := targets(r[0].Actions)
	after := slices.DeleteFunc(slices.Clone(before), func(t types.TargetGroupTuple) bool { return poolName(aws.ToString(t.TargetGroupArn)) == pool })
	if len(after) == len(before) {
		return nil
	}
	actions, err := forwarding(r[0].Actions, after, int32(stickiness(f)/time.Second))
	if err != nil {
		return fmt.Errorf("rule %s: %w", rule, err)
	}
	return c.change(ctx, f.ID, r[0], actions)
}

func sameTarget(a, b types.TargetGroupTuple) bool {
	return aws.ToString(a.TargetGroupArn) == aws.ToString(b.TargetGroupArn) && aws.ToInt32(a.Weight) == aws.ToInt32(b.Weight)
}

// stickiness is the longest that any pool keeps its clients; 0: none does.
func stickiness(f gekko.Fleet) time.Duration {
	var longest time.Duration
	for _, p := range f.Pools {
		longest = max(longest, p.Sticky)
	}
	return longest
}
