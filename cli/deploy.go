package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/cloud"
	"gekko/release/hand"
)

type deployOptions struct {
	place
	change
	sizes
	weight
	snapshot string
	subnets  []string
	noWait   bool
}

func newDeploy(env *Env) *cobra.Command {
	o := &deployOptions{}
	cmd := &cobra.Command{
		Use:   "deploy -s SNAPSHOT",
		Short: "Put a group of a snapshot behind the balancer",
		Long: `Makes an auto-scaling group of a snapshot, beside whatever runs already, and
waits until each of its instances is in service in the group and healthy in the
balancer. On an ALB the group gets requests only then.

What no flag and no gekko.yaml says is taken from the snapshot's own tags.`,
		Example: `  gekko deploy -s gekko-20130412-144703 --min-size 2 --max-size 6 --desired-capacity 1`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "snapshot"); err != nil {
				return err
			}
			return o.run(cmd.Context(), env)
		},
	}
	f := cmd.Flags()
	bindSnapshot(cmd, env, &o.place, &o.snapshot)
	o.sizes.bind(f)
	o.weight.bind(f)
	f.StringSliceVar(&o.subnets, "subnets", nil, "launch into these `subnets`")
	f.BoolVar(&o.noWait, "no-wait", false, "do not wait for the instances")
	o.change.bind(f)
	o.place.bind(f)
	return cmd
}

// bindSnapshot adds -s, whose values the shell can complete.
func bindSnapshot(cmd *cobra.Command, env *Env, at *place, name *string) {
	cmd.Flags().StringVarP(name, "snapshot", "s", "", "the `snapshot`, or its group")
	cmd.RegisterFlagCompletionFunc("snapshot", completeSnapshots(env, at))
}

func (o *deployOptions) run(ctx context.Context, env *Env) error {
	name, err := gekko.ParseSnapshotName(o.snapshot)
	if err != nil {
		return usageError{err}
	}
	app, subject, err := o.subject(o.snapshot)
	if err != nil {
		return err
	}
	c, err := o.open(ctx, env, app)
	if err != nil {
		return err
	}
	size, err := o.wanted(ctx, c, app, name)
	if err != nil {
		return err
	}
	q := hand.DeployRequest{
		Subject: o.accepting(subject), Snapshot: name, Size: size,
		Subnets: o.subnets, WeightPercent: o.chosen(), NoWait: o.noWait,
	}
	if len(q.Subnets) == 0 {
		q.Subnets = app.Group.Subnets
	}
	if err := o.consent(ctx, env, c, app, "deploy "+o.snapshot); err != nil {
		return err
	}
	err = o.carryOut(ctx, env, c,
		func(r *hand.Runner) (hand.Plan, error) { return r.PlanDeploy(ctx, q) },
		func(r *hand.Runner) error { return r.Deploy(ctx, q) })
	return leaves(ctx, err, "what is there of group "+o.snapshot+" stays",
		"the same command goes on; gekko retire -s "+o.snapshot+" takes it away")
}

// wanted is the size by the flags over the file's over the snapshot's own. The
// snapshot is looked at only if the others leave something open.
func (o *deployOptions) wanted(ctx context.Context, c *cloud.Cloud, app gekko.App, name gekko.SnapshotName) (gekko.Size, error) {
	base := app.Group.Size
	minimum, maximum, desired := o.given()
	if base == (gekko.Size{}) && !(minimum && maximum && desired) {
		s, err := c.Snapshot(ctx, name)
		if err != nil {
			return base, err
		}
		base = s.Plan.Size
	}
	return o.over(base), nil
}

// accepting adds what the command line accepts to what the file does.
func (c *change) accepting(s hand.Subject) hand.Subject {
	s.Accept = append(s.Accept, c.accept...)
	return s
}
