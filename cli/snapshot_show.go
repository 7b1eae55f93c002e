package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gekko"
)

type snapshotShowOptions struct {
	place
	json bool
}

func newSnapshotShow(env *Env) *cobra.Command {
	o := &snapshotShowOptions{}
	cmd := &cobra.Command{
		Use:               "show SNAPSHOT",
		Short:             "Show what a snapshot was made of and how it is run",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeSnapshots(env, &o.place),
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), env, args[0]) },
	}
	bindJSON(cmd.Flags(), &o.json)
	o.bind(cmd.Flags())
	return cmd
}

func (o *snapshotShowOptions) run(ctx context.Context, env *Env, arg string) error {
	name, err := gekko.ParseSnapshotName(arg)
	if err != nil {
		return usageError{err}
	}
	app, _, err := o.app()
	if err != nil {
		return err
	}
	c, err := o.open(ctx, env, app)
	if err != nil {
		return err
	}
	s, err := c.Snapshot(ctx, name)
	if err != nil {
		return err
	}
	if o.json {
		return env.printJSON(s)
	}
	return printSnapshot(env, s)
}

func printSnapshot(env *Env, s gekko.Snapshot) error {
	rows := [][2]string{
		{"snapshot", string(s.Name)},
		{"state", snapshotState(s)},
		{"why", s.Why},
		{"image", string(s.Image)},
		{"template", template(s)},
		{"commit", string(s.Commit)},
		{"source", s.Source},
		{"recipe", s.Recipe},
		{"base", string(s.Base)},
		{"created", when(s.Created)},
		{"balancer", s.Balancer.String()},
		{"port", number(s.Port)},
		{"health", s.HealthPath},
		{"size", s.Plan.Size.String()},
		{"instance types", strings.Join(s.Plan.InstanceTypes, ", ")},
		{"subnets", strings.Join(s.Plan.Subnets, ", ")},
		{"security groups", strings.Join(s.Plan.SecurityGroups, ", ")},
		{"key pair", s.Plan.KeyPair},
	}
	return printFacts(env, rows)
}

// printFacts prints one thing's facts, a line each; empty ones are left out.
func printFacts(env *Env, rows [][2]string) error {
	for _, r := range rows {
		if r[1] == "" {
			continue
		}
		line := r[0] + "\t" + r[1]
		if env.TTY.Out {
			line = env.paint(true, faint, fmt.Sprintf("%-16s", r[0])) + r[1]
		}
		if _, err := fmt.Fprintln(env.Out, line); err != nil {
			return err
		}
	}
	return nil
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339) + ", " + age(t, time.Now()) + " ago"
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
