package cli

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/cloud"
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
		Long: `Lists the app's snapshots, the oldest first. Without a gekko.yaml those of all
apps in the account are listed.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	bindJSON(cmd.Flags(), &o.json)
	o.bind(cmd.Flags())
	return cmd
}

func (o *snapshotListOptions) run(ctx context.Context, env *Env) error {
	app, found, err := o.app()
	if err != nil {
		return err
	}
	c, err := o.open(ctx, env, app)
	if err != nil {
		return err
	}
	// Reading thousands of descriptions leaves far more garbage than snapshots:
	// collected sooner, it never takes more room than they do.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	all, err := snapshotsOf(ctx, c, app.Name)
	if err != nil {
		return err
	}
	if o.json {
		return env.printJSON(listOf(all))
	}
	switch {
	case len(all) == 0 && found:
		fmt.Fprintf(env.Err, "App %s has no snapshots yet.\n", app.Name)
		return nil
	case len(all) == 0:
		fmt.Fprintln(env.Err, "No app has snapshots here.")
		return nil
	}
	return snapshotTable(all, !found).print(env)
}

// snapshotsOf are an app's, or without one those of all apps, app by app.
func snapshotsOf(ctx context.Context, c *cloud.Cloud, app gekko.AppName) ([]gekko.Snapshot, error) {
	if app != "" {
		return c.Snapshots(ctx, app)
	}
	apps, err := c.Apps(ctx)
	if err != nil {
		return nil, err
	}
	var all []gekko.Snapshot
	for _, a := range apps {
		its, err := c.Snapshots(ctx, a)
		if err != nil {
			return nil, err
		}
		all = append(all, its...)
	}
	return all, nil
}

// snapshotTable has a line for each, which begins with the app if they are of
// several.
func snapshotTable(all []gekko.Snapshot, apps bool) *table {
	t := newTable("SNAPSHOT", "STATE", "COMMIT", "AGE", "IMAGE", "TEMPLATE")
	if apps {
		t.head = append([]string{"APP"}, t.head...)
	}
	for _, s := range all {
		cells := []string{string(s.Name), snapshotState(s), dash(s.Commit.Short()), age(s.Created, time.Now()), dash(string(s.Image)), dash(template(s))}
		if apps {
			cells = append([]string{string(s.Name.App())}, cells...)
		}
		t.add(cells...)
	}
	return t
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
