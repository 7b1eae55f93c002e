package cli

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/judge"
	"gekko/release"
)

type watchOptions struct {
	whose
	json  bool
	every time.Duration
}

func newWatch(env *Env) *cobra.Command {
	o := &watchOptions{}
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Look on while a release goes its way",
		Long: `Shows the release that is under way, again and again until it has ended: its
phase, what is next, what the judge says, and who carries it out. It changes
nothing and may run anywhere, any number of times. Without a release it shows
the groups side by side until Ctrl-C. --json shows it once.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	bindJSON(cmd.Flags(), &o.json)
	cmd.Flags().DurationVar(&o.every, "every", 0, "look again after this `time` (default 1m, on this machine 1s)")
	o.bind(cmd.Flags())
	return cmd
}

func (o *watchOptions) run(ctx context.Context, env *Env) error {
	e, c, q, err := o.overseen(ctx, env, nil)
	if err != nil {
		return err
	}
	every := o.every
	if every <= 0 {
		every = q.Judge.Complete().Period
	}
	seen := release.View{}
	for {
		v, err := e.Watch(ctx, q)
		switch {
		case err != nil:
			return err
		case o.json:
			return env.printJSON(viewOf(v))
		case v.Release.UnderWay():
			if err := printView(env, v, seen); err != nil {
				return err
			}
		case seen.Release.UnderWay():
			return o.tellEnd(ctx, env, c.Outcomes, seen.Release)
		default:
			status, err := (&statusOptions{}).gather(ctx, env, c, v.Fleet)
			if err != nil {
				return err
			}
			if err := status.print(env); err != nil {
				return err
			}
		}
		seen = v
		if err := sleep(ctx, every); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// tellEnd tells how a release ended that was under way a moment ago.
func (o *watchOptions) tellEnd(ctx context.Context, env *Env, outcomes func(context.Context, gekko.AppName) ([]gekko.Outcome, error), r gekko.Release) error {
	all, err := outcomes(ctx, gekko.SnapshotName(r.New).App())
	if err != nil {
		return err
	}
	for _, out := range all {
		if out.Snapshot == gekko.SnapshotName(r.New) {
			_, err := fmt.Fprintf(env.Out, "release %s %s%s\n", r.New, out.Ending, onGround(out))
			return err
		}
	}
	_, err = fmt.Fprintf(env.Out, "release %s is over\n", r.New)
	return err
}

// printView shows what is worth a line: all when the phase is another one,
// otherwise one line that says how far it is.
func printView(env *Env, v, before release.View) error {
	r := v.Release
	if r.Phase != before.Release.Phase || r.New != before.Release.New {
		if err := printFacts(env, viewFacts(v)); err != nil {
			return err
		}
	}
	if v.Alone && !before.Alone {
		env.complain("note: ", underWay{r, v.Lease, v.Alone}.lonely(v.Fleet.At))
	}
	_, err := fmt.Fprintln(env.Out, viewLine(v))
	return err
}

func viewFacts(v release.View) [][2]string {
	r := v.Release
	facts := [][2]string{
		{"release", fmt.Sprintf("%s, over %s", r.New, dash(string(r.Old)))},
		{"phase", fmt.Sprintf("%s since %s", r.Phase, r.Since.UTC().Format(time.DateTime))},
		{"size in the end", r.Size.String()},
		{"carried out by", dash(v.Lease.Holder)},
	}
	for _, a := range v.Acts {
		facts = append(facts, [2]string{"asked", act(a)})
	}
	return facts
}

// viewLine is where a release stands, in one line.
func viewLine(v release.View) string {
	r, now := v.Release, v.Fleet.At
	parts := []string{string(r.Phase) + " for " + age(r.Since, now)}
	if v.Due.After(now) {
		parts = append(parts, "at least "+span(v.Due.Sub(now))+" to go")
	}
	if r.Paused {
		parts = append(parts, "paused")
	}
	if held := holds(r); held != "" {
		parts = append(parts, "held: "+held)
	}
	if !math.IsNaN(v.Share) {
		parts = append(parts, fmt.Sprintf("share %.3g%%", 100*v.Share))
	}
	if v.Judgement.Verdict != "" {
		parts = append(parts, "judge: "+string(v.Judgement.Verdict))
	}
	for _, m := range v.Judgement.Metrics {
		parts = append(parts, metricLine(m))
	}
	if v.Next != "" {
		parts = append(parts, "next: "+v.Next)
	}
	return strings.Join(parts, "; ")
}

func metricLine(m judge.Metric) string {
	s := m.Name + " " + string(m.Verdict)
	if !math.IsNaN(m.Ratio) {
		s += fmt.Sprintf(" (×%.2f)", m.Ratio)
	}
	return s
}

// view is release.View for programs: without numbers that JSON has no word for.
type view struct {
	Release *gekko.Release      `json:"release"` // null: none is under way
	Policy  gekko.ReleasePolicy `json:"policy"`
	Share   maybeNumber         `json:"share"`
	Verdict judge.Verdict       `json:"verdict,omitempty"`
	Metrics []metricVerdictJSON `json:"metrics"`
	Next    string              `json:"next,omitempty"`
	Why     string              `json:"why,omitempty"`
	Due     time.Time           `json:"due,omitzero"`
	Acts    []gekko.Ask         `json:"acts"`
	Lease   gekko.Lease         `json:"lease"`
	Alone   bool                `json:"alone"`
	Groups  []gekko.Group       `json:"groups"`
}

func viewOf(v release.View) view {
	metrics := []metricVerdictJSON{}
	for _, m := range v.Judgement.Metrics {
		metrics = append(metrics, verdictOf(m))
	}
	var r *gekko.Release
	if v.Release.UnderWay() {
		r = &v.Release
	}
	return view{
		Release: r, Policy: v.Policy, Share: maybeNumber(v.Share), Verdict: v.Judgement.Verdict, Metrics: metrics,
		Next: v.Next, Why: v.Why, Due: v.Due, Acts: listOf(v.Acts), Lease: v.Lease, Alone: v.Alone, Groups: listOf(v.Fleet.Groups),
	}
}
