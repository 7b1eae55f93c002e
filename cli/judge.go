package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gekko"
	"gekko/appfile"
	"gekko/judge"
)

func newJudge(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "judge",
		Short: "Explain a verdict, or judge again",
		Long: `The judge compares what was counted of the new version with what was counted of
the old one in the same periods. The same periods and the same policy give the
same verdict, so a verdict can be explained, and judged again by another policy.`,
		Args: oneOfItsCommands,
		RunE: showHelp,
	}
	addInOrder(cmd, newJudgeExplain(env), newJudgeReplay(env))
	return cmd
}

// judgeOptions say what is judged, and by which policy.
type judgeOptions struct {
	whose
	samples, policy, snapshot string
	json                      bool
}

func (o *judgeOptions) bind(f *pflag.FlagSet) {
	f.StringVar(&o.samples, "samples", "", "judge the periods in this CSV `FILE` (default: those of the release under way)")
	f.StringVarP(&o.snapshot, "snapshot", "s", "", "judge the last release of snapshot `NAME`, which may have ended")
	f.StringVar(&o.policy, "policy", "", "judge by this `FILE`, gekko.yaml's judge part (default: the release's own, or else the defaults)")
	bindJSON(f, &o.json)
	o.whose.bind(f)
}

const samplesHelp = `
The CSV file has the heading minute,side,zone,requests,errors,slow and a row for
each period, side and zone, in any order: minute is a whole number from 0, side
is old or new, zone may be empty. A side without a row was not measured in that
period. Columns refused, lost, hosts and alone may follow, the last one with the
minute from which on the old version took no requests any more.`

// recorded are periods to judge.
type recorded struct {
	minutes []gekko.Minute
	metrics []string
	policy  gekko.JudgePolicy
}

// read reads the files that the flags name, or a release in the cloud.
func (o *judgeOptions) read(ctx context.Context, env *Env) (r recorded, err error) {
	if o.samples != "" && o.snapshot != "" {
		return r, usageError{errors.New("-s and --samples: a release in the cloud or a file, not both")}
	}
	if o.samples == "" {
		if r, err = o.kept(ctx, env); err != nil {
			return r, err
		}
	}
	if o.policy != "" {
		data, err := os.ReadFile(o.policy)
		if err != nil {
			return r, fmt.Errorf("policy: %w", err)
		}
		if r.policy, err = appfile.ParseJudge(o.policy, data); err != nil {
			return r, err
		}
	}
	r.policy = r.policy.Complete()
	if o.samples == "" {
		return r, nil
	}
	f, err := os.Open(o.samples)
	if err != nil {
		return r, fmt.Errorf("samples: %w", err)
	}
	defer f.Close()
	if r.minutes, r.metrics, err = judge.ReadRecording(f, r.policy.Period); err != nil {
		return r, fmt.Errorf("samples %s: %w", o.samples, err)
	}
	return r, nil
}

// kept is what the cloud has kept of what a release was judged from.
func (o *judgeOptions) kept(ctx context.Context, env *Env) (recorded, error) {
	e, _, q, err := o.overseen(ctx, env, nil)
	if err != nil {
		return recorded{}, err
	}
	q.Snapshot = gekko.SnapshotName(o.snapshot)
	all, policy, err := e.Recording(ctx, q)
	if err == nil && o.snapshot != "" {
		fmt.Fprintln(env.Err, "Read from the cloud's metrics as they are now: CloudWatch revises late, and forgets minutes after 15 days.")
	}
	switch {
	case err != nil || len(all.Minutes) > 0:
	case !q.Balancer.Weighted():
		err = gekko.Hint(fmt.Errorf("app %s: %w: a Classic balancer does not tell versions apart, so that its release is judged from instance health alone", q.App, gekko.ErrNotFound), "gekko health shows the instances")
	default:
		err = gekko.Hint(fmt.Errorf("app %s: %w: nothing of its release was counted for both versions yet", q.App, gekko.ErrNotFound), "gekko watch")
	}
	return recorded{minutes: all.Minutes, policy: policy}, err
}

func (r recorded) replay() judge.Judgement {
	return judge.Replay(r.policy, r.minutes, r.metrics...)
}

// number is the number of the period that a judgement is of.
func (r recorded) number(j judge.Judgement) int {
	return int(j.At.Sub(r.minutes[0].At) / r.policy.Period)
}

// maybeNumber is a number for programs; what is not known is null.
type maybeNumber float64

func (n maybeNumber) MarshalJSON() ([]byte, error) {
	if f := float64(n); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return strconv.AppendFloat(nil, f, 'g', -1, 64), nil
	}
	return []byte("null"), nil
}

// verdictJSON is a judgement for programs.
type verdictJSON struct {
	Verdict judge.Verdict       `json:"verdict"`
	Minute  int                 `json:"minute"`
	Metrics []metricVerdictJSON `json:"metrics"`
}

type metricVerdictJSON struct {
	Name      string        `json:"name"`
	Verdict   judge.Verdict `json:"verdict"`
	Ratio     maybeNumber   `json:"ratio"`
	Low       maybeNumber   `json:"low"`
	High      maybeNumber   `json:"high"`
	Evidence  maybeNumber   `json:"evidence"`
	Threshold maybeNumber   `json:"threshold"`
}

func verdictOf(m judge.Metric) metricVerdictJSON {
	return metricVerdictJSON{
		m.Name, m.Verdict, maybeNumber(m.Ratio), maybeNumber(m.Low), maybeNumber(m.High),
		maybeNumber(m.Evidence), maybeNumber(m.Threshold),
	}
}

// sentence is a verdict in words.
func sentence(j judge.Judgement, at int) string {
	periods := fmt.Sprintf("%d of %s", j.Measured, gekko.Count(j.Measured+j.Missing, "period"))
	switch j.Verdict {
	case judge.Harm:
		return fmt.Sprintf("Harm: it would have been stopped at minute %d.", at)
	case judge.Fine:
		return fmt.Sprintf("Fine: no worse than the policy allows, from %s and %.0f requests to the new version.", periods, j.Requests)
	case judge.NoTelemetry:
		return fmt.Sprintf("No telemetry: both versions were measured in only %s.", periods)
	}
	for _, m := range j.Metrics {
		if m.Unproven {
			return fmt.Sprintf("Not enough evidence: %s: %s.", m.Name, m.Why)
		}
	}
	return fmt.Sprintf("Not enough evidence: no harm seen in %s and %.0f requests to the new version.", periods, j.Requests)
}

// figure is a number to three digits, or a dash.
func figure(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "-"
	}
	if math.Abs(f) >= 1000 && math.Abs(f) < 1e6 {
		return fmt.Sprintf("%.0f", f)
	}
	return strconv.FormatFloat(f, 'g', 3, 64)
}

// policyName is what a policy is called in a sentence.
func (o *judgeOptions) policyName() string {
	if o.policy == "" && o.samples == "" {
		return "the release's policy"
	}
	return cmp.Or(o.policy, "the defaults")
}
