package cli

import (
	"context"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"gekko/judge"
)

type judgeExplainOptions struct{ judgeOptions }

func newJudgeExplain(env *Env) *cobra.Command {
	o := &judgeExplainOptions{}
	cmd := &cobra.Command{
		Use:   "explain [-s NAME | --samples FILE]",
		Short: "Show what a verdict rests on",
		Long: `Shows each metric with its counts and rates on both sides, the ratio of the rates
with its bounds, the evidence of harm against the threshold at which a release
is stopped, and about how many more requests are missing to find the new version
fine. Without --samples it explains the release under way, as if its soak ended
now, or with -s the last one of that snapshot, which may have ended.
` + samplesHelp,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	o.judgeOptions.bind(cmd.Flags())
	return cmd
}

// explanationJSON is all that a judgement rests on, for programs.
type explanationJSON struct {
	Verdict  judge.Verdict       `json:"verdict"`
	Minute   int                 `json:"minute"`
	Measured int                 `json:"measured"`
	Missing  int                 `json:"missing"`
	Requests float64             `json:"requests"`
	Notes    []string            `json:"notes"`
	Metrics  []metricGroundsJSON `json:"metrics"`
}

type metricGroundsJSON struct {
	metricVerdictJSON
	Old   countJSON   `json:"old"`
	New   countJSON   `json:"new"`
	Needs maybeNumber `json:"needs"` // more requests
	Why   string      `json:"why"`
	Zone  string      `json:"zone,omitempty"` // that alone shows harm
}

type countJSON struct {
	Requests float64     `json:"requests"`
	Events   float64     `json:"events"`
	Rate     maybeNumber `json:"rate"`
}

func countOf(c judge.Count) countJSON {
	rate := math.NaN()
	if c.Requests > 0 {
		rate = c.Rate()
	}
	return countJSON{c.Requests, c.Events, maybeNumber(rate)}
}

func (o *judgeExplainOptions) run(ctx context.Context, env *Env) error {
	r, err := o.read(ctx, env)
	if err != nil {
		return err
	}
	j := r.replay()
	if o.json {
		x := explanationJSON{
			Verdict: j.Verdict, Minute: r.number(j), Measured: j.Measured, Missing: j.Missing,
			Requests: j.Requests, Notes: append([]string{}, j.Notes...), Metrics: []metricGroundsJSON{},
		}
		for _, m := range j.Metrics {
			x.Metrics = append(x.Metrics, metricGroundsJSON{verdictOf(m), countOf(m.Old), countOf(m.New), maybeNumber(m.Needs), m.Why, m.Zone})
		}
		return env.printJSON(x)
	}
	fmt.Fprintln(env.Err, sentence(j, r.number(j)))
	for _, m := range j.Metrics {
		fmt.Fprintf(env.Err, "%s: %s\n", m.Name, m.Why)
	}
	for _, note := range j.Notes {
		fmt.Fprintln(env.Err, note)
	}
	return grounds(j).print(env)
}

// grounds are what a judgement rests on, a metric a row.
func grounds(j judge.Judgement) *table {
	t := newTable("METRIC", "VERDICT", "OLD", "OF", "RATE", "NEW", "OF", "RATE", "RATIO", "FROM", "TO", "EVIDENCE", "HARM AT", "MISSING")
	for _, m := range j.Metrics {
		t.add(
			m.Name, string(m.Verdict),
			fmt.Sprintf("%.0f", m.Old.Events), fmt.Sprintf("%.0f", m.Old.Requests), rateOf(m.Old),
			fmt.Sprintf("%.0f", m.New.Events), fmt.Sprintf("%.0f", m.New.Requests), rateOf(m.New),
			figure(m.Ratio), figure(m.Low), figure(m.High), figure(m.Evidence), figure(m.Threshold), wholeOrDash(m.Needs),
		)
	}
	return t
}

func wholeOrDash(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "-"
	}
	return fmt.Sprintf("%.0f", math.Ceil(f))
}

func rateOf(c judge.Count) string {
	if c.Requests == 0 {
		return "-"
	}
	return figure(100*c.Rate()) + "%"
}
