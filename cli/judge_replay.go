package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gekko"
)

type judgeReplayOptions struct{ judgeOptions }

func newJudgeReplay(env *Env) *cobra.Command {
	o := &judgeReplayOptions{}
	cmd := &cobra.Command{
		Use:   "replay [-s NAME | --samples FILE]",
		Short: "Judge recorded periods again, by the same policy or another",
		Long: `Judges periods one after the other, as a release would have, and says at which
one harm would have stopped it, or else what the soak's end would have found.
Without --samples they are those of the release under way up to now, or with -s of
the last release of that snapshot, which may have ended. They are read from the
cloud's metrics, which are revised late and forgotten after 15 days.
With --policy it also says whether the default policy would have found the same.
` + samplesHelp,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	o.judgeOptions.bind(cmd.Flags())
	return cmd
}

func (o *judgeReplayOptions) run(ctx context.Context, env *Env) error {
	r, err := o.read(ctx, env)
	if err != nil {
		return err
	}
	j := r.replay()
	if o.json {
		v := verdictJSON{j.Verdict, r.number(j), []metricVerdictJSON{}}
		for _, m := range j.Metrics {
			v.Metrics = append(v.Metrics, verdictOf(m))
		}
		return env.printJSON(v)
	}
	for _, m := range j.Metrics {
		fmt.Fprintf(env.Err, "%s: %s: %s\n", m.Name, m.Verdict, m.Why)
	}
	if _, err := fmt.Fprintf(env.Out, "By %s: %s\n", o.policyName(), sentence(j, r.number(j))); err != nil {
		return err
	}
	usual := recorded{r.minutes, r.metrics, gekko.JudgePolicy{Period: r.policy.Period}.Complete()}
	if o.policyName() == "the defaults" || usual.policy == r.policy {
		return nil
	}
	j = usual.replay()
	_, err = fmt.Fprintf(env.Out, "By the defaults: %s\n", sentence(j, usual.number(j)))
	return err
}
