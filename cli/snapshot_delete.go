package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gekko"
)

type snapshotDeleteOptions struct {
	place
	change
}

func newSnapshotDelete(env *Env) *cobra.Command {
	o := &snapshotDeleteOptions{}
	cmd := &cobra.Command{
		Use:     "delete SNAPSHOT…",
		Aliases: []string{"rm"},
		Short:   "Delete snapshots that nothing runs from",
		Long: `Deletes snapshots: their image, its block-device snapshots and their launch
template. One that a group or an instance runs from is refused.`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeSnapshots(env, &o.place),
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), env, args) },
	}
	o.change.bind(cmd.Flags())
	o.place.bind(cmd.Flags())
	return cmd
}

func (o *snapshotDeleteOptions) run(ctx context.Context, env *Env, args []string) error {
	app, _, err := o.app()
	if err != nil {
		return err
	}
	c, err := o.open(ctx, env, app)
	if err != nil {
		return err
	}
	var all []gekko.Snapshot // all are looked at before the first is deleted
	for _, arg := range args {
		name, err := gekko.ParseSnapshotName(arg)
		if err != nil {
			return usageError{err}
		}
		s, err := c.Snapshot(ctx, name)
		if err != nil {
			return err
		}
		all = append(all, s)
	}
	if err := o.consent(ctx, env, c, app, fmt.Sprintf("delete %s", gekko.Count(len(all), "snapshot"))); err != nil {
		return err
	}
	for _, s := range all {
		what := fmt.Sprintf("image %s and template %s of snapshot %s", s.Image, dash(string(s.Template)), s.Name)
		if o.dryRun {
			fmt.Fprintln(env.Out, "delete "+what)
			continue
		}
		if err := c.DeleteSnapshot(ctx, s); err != nil {
			return err
		}
		fmt.Fprintln(env.Err, what+" deleted")
	}
	return nil
}
