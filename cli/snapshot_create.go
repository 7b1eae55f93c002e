package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/bake"
	"gekko/cloud"
)

type snapshotCreateOptions struct {
	place
	change
	keyPair, identity, ref string
	force, keep, json      bool
}

func newSnapshotCreate(env *Env) *cobra.Command {
	o := &snapshotCreateOptions{}
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
	f.StringVarP(&o.keyPair, "key-pair", "k", "", "reach the builder by this key `pair` instead of a temporary one")
	f.StringVarP(&o.identity, "identity-file", "i", "", "the key pair's private key is in `FILE`")
	f.StringVar(&o.ref, "ref", "", "bake this `commit`, branch or tag of the source")
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
	progress := newProgress(env)
	s, existed, err := baker(env, c, progress.report).Create(ctx, bake.Request{
		App: app, Force: o.force, KeepOnFailure: o.keep, DryRun: o.dryRun,
	})
	progress.end()
	if err != nil {
		return leaves(ctx, err, "no snapshot was made, and what the bake made for itself is gone", "the same command begins again")
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

// overrule lets the flags win over the file. Where the file names no port, one
// that an embedded cloud exports counts: it cannot always have 22.
func (o *snapshotCreateOptions) overrule(env *Env, app *gekko.App) {
	if port, err := strconv.Atoi(env.Getenv(sshPortVariable)); err == nil && app.Image.Port == 0 {
		app.Image.Port = port
	}
	if o.keyPair != "" {
		app.Image.KeyPair = o.keyPair
	}
	if o.identity != "" {
		app.Image.IdentityFile = o.identity
	}
	if o.ref != "" {
		app.Source.Ref = o.ref
	}
	app.Accept = append(app.Accept, o.accept...)
}

// baker makes snapshots in this cloud. One on this machine answers at once, so
// it is asked often.
func baker(env *Env, c *cloud.Cloud, report gekko.Reporter) *bake.Baker {
	b := &bake.Baker{Cloud: c, Report: report, Loopback: c.Loopback(), AgentSocket: env.Getenv("SSH_AUTH_SOCK")}
	if b.Loopback {
		b.Poll = 200 * time.Millisecond
	}
	return b
}
