package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/cloud"
)

type adoptOptions struct {
	place
	change
	json bool
}

func newAdopt(env *Env) *cobra.Command {
	o := &adoptOptions{}
	cmd := &cobra.Command{
		Use:   "adopt GROUP | IMAGE",
		Short: "Take in a group or an image that gekko did not make",
		Long: `Takes in what gekko did not make, by tagging it; nothing of it changes otherwise.
A group's image and template become the snapshot that a rollback uses. An image
(ami-…) must bear a name APP-YYYYMMDD-HHMMSS, and gets its launch template by
the plan in gekko.yaml.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), env, args[0]) },
	}
	bindJSON(cmd.Flags(), &o.json)
	o.change.bind(cmd.Flags())
	o.place.bind(cmd.Flags())
	return cmd
}

func (o *adoptOptions) run(ctx context.Context, env *Env, name string) error {
	app, err := o.mustApp()
	if err != nil {
		return err
	}
	c, err := o.open(ctx, env, app)
	if err != nil {
		return err
	}
	if strings.HasPrefix(name, "ami-") {
		return o.image(ctx, env, c, app, gekko.ImageID(name))
	}
	return o.group(ctx, env, c, app, gekko.GroupName(name))
}

func (o *adoptOptions) group(ctx context.Context, env *Env, c *cloud.Cloud, app gekko.App, name gekko.GroupName) error {
	a, err := c.Adoption(ctx, name, app.Name)
	if err != nil {
		return err
	}
	if o.json {
		err = env.printJSON(a)
	} else {
		err = printFacts(env, [][2]string{
			{"group", string(a.Group)},
			{"app", string(a.App)},
			{"snapshot", string(a.Snapshot)},
			{"image", string(a.Image)},
			{"template", fmt.Sprintf("%s:%d", a.Template, a.Version)},
			{"size", a.Size.String()},
		})
	}
	if err != nil || o.dryRun {
		return err
	}
	if err := o.consent(ctx, env, c, app, fmt.Sprintf("adopt group %s into app %s", name, app.Name)); err != nil {
		return err
	}
	if err := c.Adopt(ctx, a, app.Balancer); err != nil {
		return leaves(ctx, err, fmt.Sprintf("group %s may be taken in by half", name), "the same command goes on")
	}
	fmt.Fprintf(env.Err, "group %s belongs to app %s now\n", name, app.Name)
	return nil
}

func (o *adoptOptions) image(ctx context.Context, env *Env, c *cloud.Cloud, app gekko.App, id gekko.ImageID) error {
	if err := c.Adoptable(ctx, id, app.Name); err != nil {
		return err
	}
	what := fmt.Sprintf("adopt image %s into app %s", id, app.Name)
	if o.dryRun {
		_, err := fmt.Fprintln(env.Out, what)
		return err
	}
	if err := o.consent(ctx, env, c, app, what); err != nil {
		return err
	}
	s, err := c.AdoptImage(ctx, id, app)
	if err != nil {
		return leaves(ctx, err, fmt.Sprintf("image %s may be taken in by half", id), "the same command goes on")
	}
	if o.json {
		return env.printJSON(s)
	}
	fmt.Fprintf(env.Err, "image %s is a snapshot of app %s now\n", id, app.Name)
	return printSnapshot(env, s)
}
