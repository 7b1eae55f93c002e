package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/bake"
	"gekko/release/hand"
)

type sweepOptions struct {
	whose
	change
	json bool
}

func newSweep(env *Env) *cobra.Command {
	o := &sweepOptions{}
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Take away what killed runs have left",
		Long: `Finds what commands that were killed have left of the app (builders, keys,
security groups, images without template, groups half made, target groups in no
rule), shows it, and takes it away. A bake that is still running shows up too:
look at the list before you agree.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	bindJSON(cmd.Flags(), &o.json)
	o.change.bind(cmd.Flags())
	o.whose.bind(cmd.Flags())
	return cmd
}

// leftover is one thing that is left, whoever left it.
type leftover struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Of   string `json:"of,omitempty"`
	Why  string `json:"why"`
}

func (o *sweepOptions) run(ctx context.Context, env *Env) error {
	c, app, subject, err := o.fleet(ctx, env, "")
	if err != nil && (c == nil || o.name == "" || !errors.Is(err, gekko.ErrNotFound)) {
		return err // an app that was named may have left things and nothing else
	}
	progress := newProgress(env)
	defer progress.end()
	bakes, groups := baker(env, c, progress.report), runner(c, progress.report)
	subject = o.accepting(subject)
	ofBakes, err := bakes.Leftovers(ctx, app.Name)
	if err != nil {
		return err
	}
	ofGroups, err := groups.Leftovers(ctx, subject)
	if err != nil {
		return err
	}
	all := listLeftovers(ofBakes, ofGroups)
	if err := o.print(env, all); err != nil || len(all) == 0 || o.dryRun {
		return err
	}
	if err := o.consent(ctx, env, c, app, "take away "+gekko.Count(len(all), "thing")); err != nil {
		return err
	}
	err = groups.Sweep(ctx, subject, ofGroups)
	if err == nil {
		err = bakes.Sweep(ctx, ofBakes)
	}
	return leaves(ctx, err, "some of it is still there", "the same command takes the rest away")
}

func listLeftovers(ofBakes []bake.Leftover, ofGroups []hand.Leftover) []leftover {
	all := []leftover{}
	for _, l := range ofGroups {
		all = append(all, leftover{Kind: l.Kind, Name: l.Name, Why: l.Why})
	}
	for _, l := range ofBakes {
		all = append(all, leftover{Kind: string(l.Kind), Name: l.ID, Of: string(l.Bake.Snapshot), Why: l.State})
	}
	return all
}

func (o *sweepOptions) print(env *Env, all []leftover) error {
	if o.json {
		return env.printJSON(all)
	}
	if len(all) == 0 {
		fmt.Fprintln(env.Err, "Nothing is left over.")
		return nil
	}
	t := newTable("KIND", "NAME", "OF", "STATE")
	for _, l := range all {
		t.add(l.Kind, l.Name, dash(l.Of), dash(l.Why))
	}
	return t.print(env)
}
