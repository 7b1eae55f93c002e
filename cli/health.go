package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gekko"
)

type healthOptions struct {
	whose
	json, wait bool
}

func newHealth(env *Env) *cobra.Command {
	o := &healthOptions{}
	cmd := &cobra.Command{
		Use:   "health [SNAPSHOT]",
		Short: "Show each instance, and whether the balancer finds it healthy",
		Long: `Shows each instance of the app's groups, or of one of them, as its group and the
balancer see it. With --wait it first waits until all that are wanted serve.`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeSnapshots(env, &o.place),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), env, argument(args))
		},
	}
	cmd.Flags().BoolVar(&o.wait, "wait", false, "wait until all instances that are wanted serve")
	bindJSON(cmd.Flags(), &o.json)
	o.bind(cmd.Flags())
	return cmd
}

// instanceHealth is an instance with the group that it belongs to.
type instanceHealth struct {
	Group gekko.GroupName `json:"group"`
	gekko.Instance
	Serving bool `json:"serving"`
}

func (o *healthOptions) run(ctx context.Context, env *Env, name string) error {
	c, _, subject, err := o.fleet(ctx, env, name)
	if err != nil {
		return err
	}
	if o.wait {
		progress := newProgress(env)
		err := runner(c, progress.report).AwaitServing(ctx, subject, gekko.GroupName(name))
		progress.end()
		if err != nil {
			return err
		}
	}
	fleet, err := c.Observe(ctx, subject.App, subject.Balancer)
	if err != nil {
		return err
	}
	if _, ok := fleet.Group(gekko.GroupName(name)); name != "" && !ok {
		return gekko.Hint(fmt.Errorf("group %s: %w", name, gekko.ErrNotFound), "gekko status")
	}
	return o.print(env, fleet, gekko.GroupName(name))
}

func (o *healthOptions) print(env *Env, fleet gekko.Fleet, only gekko.GroupName) error {
	all := []instanceHealth{}
	t := newTable("INSTANCE", "GROUP", "ZONE", "IN THE GROUP", "IN THE BALANCER", "WHY")
	for _, g := range fleet.Groups {
		if only != "" && g.Name != only {
			continue
		}
		for _, i := range g.Instances {
			all = append(all, instanceHealth{g.Name, i, i.Serving()})
			t.add(string(i.ID), string(g.Name), i.Zone, i.Lifecycle, string(i.Balancer), i.Why)
		}
	}
	if o.json {
		return env.printJSON(all)
	}
	if len(all) == 0 {
		fmt.Fprintln(env.Err, "No instances.")
		return nil
	}
	return t.print(env)
}
