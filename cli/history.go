package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gekko"
)

type historyOptions struct {
	whose
	json bool
}

func newHistory(env *Env) *cobra.Command {
	o := &historyOptions{}
	cmd := &cobra.Command{
		Use:   "history",
		Short: "Show how the app's releases ended, the newest first",
		Long: `Shows how the app's releases ended, the newest first: when, from which group to
which snapshot, on what grounds it was promoted or rejected, and what people did
to it. It is kept on the snapshots' images: a snapshot that is deleted takes its
history along.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	bindJSON(cmd.Flags(), &o.json)
	o.bind(cmd.Flags())
	return cmd
}

func (o *historyOptions) run(ctx context.Context, env *Env) error {
	c, app, _, err := o.fleet(ctx, env, "")
	if err != nil {
		return err
	}
	all, err := c.Outcomes(ctx, app.Name)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(r gekko.Outcome) bool { return r.Ending == gekko.Open })
	if o.json {
		return env.printJSON(listOf(all))
	}
	if len(all) == 0 {
		fmt.Fprintf(env.Err, "No release of app %s has ended yet.\n", app.Name)
		return nil
	}
	t := newTable("ENDED", "SNAPSHOT", "FROM", "ENDING", "TOOK", "ON", "WHY")
	for _, r := range all {
		t.add(r.At.UTC().Format(time.DateTime), string(r.Snapshot), dash(string(r.Old)), string(r.Ending),
			age(r.Begun, r.At), dash(ground(r)), dash(reasons(r)))
	}
	return t.print(env)
}

// ground is what a release was promoted or rejected on, in a word or two.
func ground(o gekko.Outcome) string {
	on := cmp.Or(o.Cause, judged(o.Judged))
	if o.Back {
		on = strings.TrimSuffix("rollback, "+on, ", ")
	}
	return on
}

// judged is what a record's word for a promotion's ground means.
func judged(on string) string {
	switch on {
	case "fine":
		return "judged fine"
	case "unseen":
		return "no harm seen"
	case "health":
		return "instance health only"
	case "alone":
		return "nothing to compare with"
	case "back":
		return "" // a rollback says so itself
	}
	return on
}

// reasons are the grounds in words, and what people did.
func reasons(o gekko.Outcome) string {
	var all []string
	if o.Grounds != "" {
		all = append(all, o.Grounds)
	}
	for _, a := range o.Acts {
		all = append(all, act(a))
	}
	return strings.Join(all, "; ")
}

// act is what somebody did to a release: "promote by ada@desk: hotfix".
func act(a gekko.Ask) string {
	s := fmt.Sprintf("%s by %s", a.Verb, a.By)
	if a.Why != "" {
		s += ": " + a.Why
	}
	return s
}
