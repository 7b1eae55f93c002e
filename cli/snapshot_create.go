package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/bake"
)

type snapshotCreateOptions struct {
	place
	change
	baking
	force, keep, json bool
}

func newSnapshotCreate(env *Env) *cobra.Command {
	o := &snapshotCreateOptions{change: change{timely: true}}
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Bake a commit into a snapshot",
		Long: `Bakes a commit into a snapshot: launches a builder, brings the commit's tree to
it over SSH, runs the recipe of gekko.yaml there, installs the service, and
makes an image and a launch template of it. Whatever the bake made for itself
goes away again, also when it fails.

The same commit, recipe and base image give the snapshot that is there already,
unless --force is given. The snapshot's name is printed.`,
		Example: `  gekko snapshot create
  gekko snapshot create -k gekko -i ~/.ssh/gekko.pem
  gekko snapshot create --ref v1.4.2`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	f := cmd.Flags()
	o.baking.bind(f)
	f.BoolVar(&o.force, "force", false, "bake although the same commit, recipe and base were baked already")
	f.BoolVar(&o.keep, "keep-on-failure", false, "leave the builder of a failed bake for a look")
	bindJSON(f, &o.json)
	o.change.bind(f)
	o.place.bind(f)
	return cmd
}

func (o *snapshotCreateOptions) run(ctx context.Context, env *Env) error {
	app, err := o.mustApp()
	if err != nil {
		return err
	}
	o.overrule(env, &app)
	c, err := o.open(ctx, env, app)
	if err != nil {
		return err
	}
	if err := o.consent(ctx, env, c, app, "bake a snapshot of "+string(app.Name)); err != nil {
		return err
	}
	s, existed, err := o.bake(ctx, env, c, bake.Request{App: app, Force: o.force, KeepOnFailure: o.keep})
	if err != nil {
		return err
	}
	if o.dryRun {
		return nil
	}
	if o.json {
		return env.printJSON(struct {
			gekko.Snapshot
			Existed bool `json:"existed"`
		}{s, existed})
	}
	_, err = fmt.Fprintln(env.Out, s.Name)
	return err
}
