package cli

import (
	"context"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/release/hand"
)

type retireOptions struct {
	place
	change
	group          string
	force, noDrain bool
}

func newRetire(env *Env) *cobra.Command {
	o := &retireOptions{}
	cmd := &cobra.Command{
		Use:   "retire -s SNAPSHOT",
		Short: "Take a group out without losing a request, and delete it",
		Long: `Takes a group away: no new requests, out of the balancer, what it has begun is
let finish, its instances end, and the group is deleted with all that belonged
to it. The snapshot stays.

It refuses the last healthy group, a group that is not gekko's, and one without
which the rest could not carry the load. --force clears what keeps instances
from ending, and still drains; --force --no-drain ends the instances at once,
with the requests that they are answering.`,
		Example: `  gekko retire -s gekko-20130411-091500`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "snapshot"); err != nil {
				return err
			}
			if o.noDrain && !o.force {
				return badUsage("--no-drain loses requests: it wants --force as well")
			}
			return o.run(cmd.Context(), env)
		},
	}
	f := cmd.Flags()
	bindSnapshot(cmd, env, &o.place, &o.group)
	f.BoolVar(&o.force, "force", false, "clear scale-in protection, hooks and deletion protection")
	f.BoolVar(&o.noDrain, "no-drain", false, "with --force: end the instances at once, requests and all")
	o.change.bind(f)
	o.place.bind(f)
	return cmd
}

func (o *retireOptions) run(ctx context.Context, env *Env) error {
	app, subject, err := o.subject(o.group)
	if err != nil {
		return err
	}
	c, err := o.open(ctx, env, app)
	if err != nil {
		return err
	}
	q := hand.RetireRequest{
		Subject: o.accepting(subject), Group: gekko.GroupName(o.group), Force: o.force, NoDrain: o.noDrain,
	}
	if err := o.consent(ctx, env, c, app, "retire group "+o.group); err != nil {
		return err
	}
	err = o.carryOut(ctx, env, c,
		func(r *hand.Runner) (hand.Plan, error) { return r.PlanRetire(ctx, q) },
		func(r *hand.Runner) error { return r.Retire(ctx, q) })
	return leaves(ctx, err, "group "+o.group+" stays as far as it is out", "the same command goes on; gekko status "+o.group+" shows it")
}
