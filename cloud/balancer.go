package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/groups"
)

// front is a balancer of either kind, as it was seen.
type front struct {
	id      string        // the listener's ARN, or the Classic balancer's name
	classic bool          // whether it is one of the old kind
	drain   time.Duration // of the live pool, or of the Classic balancer
	rules   []string
	pools   []gekko.Pool
	health  map[string]map[gekko.InstanceID]seen // by pool; a Classic balancer has one, without a name
}

// seen is what a balancer says of one instance.
type seen struct {
	health gekko.Health
	why    string
}

// front looks at the balancer, if there is one.
func (c *Cloud) front(ctx context.Context, app gekko.AppName, b gekko.Balancer, raw []types.AutoScalingGroup) (front, error) {
	switch {
	case b.Weighted():
		return c.alb(ctx, app, b, raw)
	case b.Classic != "":
		return c.classic(ctx, b.Classic)
	}
	return front{}, nil
}

// attachment is what a group's description calls being attached: the pool's
// ARN, or the Classic balancer's name.
func (f front) attachment(pool string) string {
	if f.classic {
		return f.id
	}
	for _, p := range f.pools {
		if p.Name == pool && pool != "" {
			return p.ID
		}
	}
	return "none"
}

// poolOf is the index of a group's pool: the one that it is attached to and
// that has a place in the rules, or else the one that bears its name. A group
// may be attached to pools of other listeners too; they are not looked at.
func (f front) poolOf(raw types.AutoScalingGroup) int {
	attached := groups.Attachments(raw)
	at := slices.IndexFunc(f.pools, func(p gekko.Pool) bool {
		return len(p.Weights) > 0 && slices.Contains(attached, p.ID)
	})
	if at >= 0 {
		return at
	}
	name := aws.ToString(raw.AutoScalingGroupName)
	return slices.IndexFunc(f.pools, func(p gekko.Pool) bool { return p.Name == name })
}
