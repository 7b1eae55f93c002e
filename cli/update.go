package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/cloud"
	"gekko/release/hand"
)

type updateOptions struct {
	place
	change
	sizes
	weight
	group  string
	noWait bool
}

func newUpdate(env *Env) *cobra.Command {
	o := &updateOptions{}
	cmd := &cobra.Command{
		Use:   "update -s SNAPSHOT",
		Short: "Give a group another size or another share of the requests",
		Long: `Gives a group another size, waits until so many of its instances serve, and on
an ALB sets the weights again, so that requests follow the healthy instances.
What no flag says stays as it is.`,
		Example: `  gekko update -s gekko-20130412-144703 --min-size 8 --max-size 20 --desired-capacity 14`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "snapshot"); err != nil {
				return err
			}
			return o.run(cmd.Context(), env)
		},
	}
	f := cmd.Flags()
	bindSnapshot(cmd, env, &o.place, &o.group)
	o.sizes.bind(f)
	o.weight.bind(f)
	f.BoolVar(&o.noWait, "no-wait", false, "do not wait for the instances")
	o.change.bind(f)
	o.place.bind(f)
	return cmd
}

func (o *updateOptions) run(ctx context.Context, env *Env) error {
	app, subject, err := o.subject(o.group)
	if err != nil {
		return err
	}
	c, err := o.open(ctx, env, app)
	if err != nil {
		return err
	}
	size, err := o.wanted(ctx, c, subject)
	if err != nil {
		return err
	}
	q := hand.UpdateRequest{
		Subject: o.accepting(subject), Group: gekko.GroupName(o.group), Size: size,
		WeightPercent: o.chosen(), NoWait: o.noWait,
	}
	if err := o.consent(ctx, env, c, app, "update group "+o.group); err != nil {
		return err
	}
	err = o.carryOut(ctx, env, c,
		func(r *hand.Runner) (hand.Plan, error) { return r.PlanUpdate(ctx, q) },
		func(r *hand.Runner) error { return r.Update(ctx, q) })
	return leaves(ctx, err, "group "+o.group+" may still be on its way to its new size", "the same command goes on; gekko status "+o.group+" shows it")
}

// wanted is the size by the flags, over what the group has now.
func (o *updateOptions) wanted(ctx context.Context, c *cloud.Cloud, s hand.Subject) (gekko.Size, error) {
	if minimum, maximum, desired := o.given(); minimum && maximum && desired {
		return o.size, nil
	}
	if !s.Balancer.Known() {
		var err error
		if s.Balancer, err = balancerOf(ctx, c, s.App, gekko.GroupName(o.group)); err != nil {
			return gekko.Size{}, err
		}
	}
	fleet, err := c.Observe(ctx, s.App, s.Balancer)
	if err != nil {
		return gekko.Size{}, err
	}
	g, ok := fleet.Group(gekko.GroupName(o.group))
	if !ok {
		return gekko.Size{}, gekko.Hint(fmt.Errorf("group %s: %w", o.group, gekko.ErrNotFound), "gekko status")
	}
	return o.over(g.Size), nil
}
