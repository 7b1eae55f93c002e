package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gekko"
)

type snapshotListOptions struct {
	place
	json bool
}

func newSnapshotList(env *Env) *cobra.Command {
	o := &snapshotListOptions{}
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the app's snapshots, the oldest first",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	bindJSON(cmd.Flags(), &o.json)
	o.bind(cmd.Flags())
	return cmd
}

func (o *snapshotListOptions) run(ctx context.Context, env *Env) error {
	app, err := o.mustApp()
	if err != nil {
		return err
	}
	c, err := o.open(ctx, env, app)
	if err != nil {
		return err
	}
	all, err := c.Snapshots(ctx, app.Name)
	if err != nil {
		return err
	}
	if o.json {
		return env.printJSON(listOf(all))
	}
	if len(all) == 0 {
		fmt.Fprintf(env.Err, "App %s has no snapshots yet.\n", app.Name)
		return nil
	}
	t := newTable("SNAPSHOT", "STATE", "COMMIT", "AGE", "IMAGE", "TEMPLATE")
	for _, s := range all {
		t.add(string(s.Name), snapshotState(s), dash(s.Commit.Short()), age(s.Created, time.Now()), dash(string(s.Image)), dash(template(s)))
	}
	return t.print(env)
}

func snapshotState(s gekko.Snapshot) string {
	state := string(s.State)
	if s.State == gekko.SnapshotAvailable && s.Template == "" {
		state += ", no template"
	}
	if s.Adopted {
		state += ", adopted"
	}
	return state
}

func template(s gekko.Snapshot) string {
	if s.Template == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", s.Template, s.Version)
}

// dash stands for what is empty, so that a table keeps its columns.
func dash(s string) string {
	if strings.TrimSpace(s) == "" {
		return "-"
	}
	return s
}

// listOf is a list that is [] in JSON when it is empty.
func listOf[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
