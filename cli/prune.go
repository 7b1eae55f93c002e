package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/prune"
)

type pruneOptions struct {
	whose
	change
	keep int
	json bool
}

func newPrune(env *Env) *cobra.Command {
	o := &pruneOptions{}
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Delete old snapshots that nothing needs",
		Long: `Deletes snapshots that nothing needs: image, block-device snapshots and launch
template. The newest that were not rejected stay, and all that were made since
the oldest of them; so does whatever an instance, a group or any version of a
launch template uses, and the one that a rollback returns to. It shows all of
them first.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.keep < 0 {
				return badUsage("prune: --keep %d: want 0 or more", o.keep)
			}
			return o.run(cmd.Context(), env)
		},
	}
	cmd.Flags().IntVar(&o.keep, "keep", 5, "keep the newest `N` snapshots that were not rejected")
	bindJSON(cmd.Flags(), &o.json)
	o.change.bind(cmd.Flags())
	o.whose.bind(cmd.Flags())
	return cmd
}

func (o *pruneOptions) run(ctx context.Context, env *Env) error {
	c, app, _, err := o.fleet(ctx, env, "")
	if err != nil {
		return err
	}
	fates, err := prune.Choose(ctx, c, app.Name, o.keep)
	if err != nil {
		return err
	}
	if err := o.print(env, fates); err != nil {
		return err
	}
	going := 0
	for _, f := range fates {
		if f.Stays == "" {
			going++
		}
	}
	if going == 0 {
		fmt.Fprintln(env.Err, "No snapshot is to go.")
		return nil
	}
	if o.dryRun {
		return nil
	}
	if err := o.consent(ctx, env, c, app, "delete "+gekko.Count(going, "snapshot")); err != nil {
		return err
	}
	progress := newProgress(env)
	defer progress.end()
	err = prune.Delete(ctx, c, fates, progress.report)
	return leaves(ctx, err, "some snapshots are deleted, the rest is as it was", "the same command goes on")
}

func (o *pruneOptions) print(env *Env, fates []prune.Fate) error {
	if o.json {
		return env.printJSON(listOf(fates))
	}
	t := newTable("SNAPSHOT", "AGE", "COMMIT", "")
	for _, f := range fates {
		what := "goes"
		if f.Stays != "" {
			what = "stays: " + f.Stays
		}
		t.add(string(f.Snapshot.Name), age(f.Snapshot.Created, time.Now()), dash(f.Snapshot.Commit.Short()), what)
	}
	return t.print(env)
}
