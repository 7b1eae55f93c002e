package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/bake"
	"gekko/cloud"
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
	var rest []bake.Leftover // of deletions that were cut off
	for _, arg := range args {
		name, err := gekko.ParseSnapshotName(arg)
		if err != nil {
			return usageError{err}
		}
		s, err := c.Snapshot(ctx, name)
		if err == nil {
			all = append(all, s)
			continue
		}
		of, look := leftOf(ctx, env, c, name)
		if !errors.Is(err, gekko.ErrNotFound) || look != nil || len(of) == 0 {
			return err
		}
		rest = append(rest, of...)
	}
	if err := o.consent(ctx, env, c, app, "delete "+gekko.Count(len(args), "snapshot")); err != nil {
		return err
	}
	return leaves(ctx, o.delete(ctx, env, c, all, rest), "a part of a snapshot may be left", "the same command takes the rest away")
}

// leftOf is what is left of a snapshot whose image is gone.
func leftOf(ctx context.Context, env *Env, c *cloud.Cloud, name gekko.SnapshotName) (of []bake.Leftover, err error) {
	all, err := baker(env, c, nil).Leftovers(ctx, name.App())
	for _, l := range all {
		if l.Bake.Snapshot == name && l.Kind != gekko.LeftBuilder {
			of = append(of, l)
		}
	}
	return of, err
}

func (o *snapshotDeleteOptions) delete(ctx context.Context, env *Env, c *cloud.Cloud, all []gekko.Snapshot, rest []bake.Leftover) error {
	for _, s := range all {
		what := fmt.Sprintf("image %s and template %s of snapshot %s", s.Image, dash(string(s.Template)), s.Name)
		if o.dryRun {
			fmt.Fprintln(env.Out, "delete "+what)
			continue
		}
		err := c.DeleteSnapshot(ctx, s)
		switch {
		case errors.Is(err, gekko.ErrConflict):
			return err // it is in use
		case err != nil:
			return &halfway{err}
		}
		fmt.Fprintln(env.Err, what+" deleted")
	}
	if o.dryRun {
		for _, l := range rest {
			fmt.Fprintln(env.Out, "delete "+l.String())
		}
		return nil
	}
	progress := newProgress(env)
	defer progress.end()
	return baker(env, c, progress.report).Sweep(ctx, rest)
}
