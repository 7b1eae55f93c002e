package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/release"
)

type askOptions struct {
	whose
	change
	verb gekko.Verb
	why  string
	json bool
}

func newPause(env *Env) *cobra.Command {
	return newAsk(env, gekko.Pause, "Hold the release's next step",
		`Holds the next step of the release that is under way. The soak's clock and the
judge go on, and harm still takes the release back.`)
}

func newResume(env *Env) *cobra.Command {
	return newAsk(env, gekko.Resume, "Let a paused release go on", `Lets the release that was paused go on.`)
}

func newPromote(env *Env) *cobra.Command {
	return newAsk(env, gekko.Promote, "End the soak now, for the new version",
		`Ends the soak of the release that is under way: the new version is given the
whole load. It is recorded as forced, with who and why, and never as judged.
Harm still takes the release back.`)
}

func newAbort(env *Env) *cobra.Command {
	return newAsk(env, gekko.Abort, "Take the release back",
		`Takes the release that is under way back: the old group serves again all that
it did, the new one is drained and deleted. Its snapshot stays.`)
}

func newAsk(env *Env, verb gekko.Verb, short, long string) *cobra.Command {
	o := &askOptions{verb: verb}
	cmd := &cobra.Command{
		Use:   string(verb),
		Short: short,
		Long: long + `

It leaves word in the cloud: whoever carries the release out heeds it at the
next look.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	cmd.Flags().StringVar(&o.why, "why", "", "the `reason`, for the history")
	bindJSON(cmd.Flags(), &o.json)
	o.change.bind(cmd.Flags())
	o.whose.bind(cmd.Flags())
	return cmd
}

func (o *askOptions) run(ctx context.Context, env *Env) error {
	c, app, subject, err := o.fleet(ctx, env, "")
	if err != nil {
		return err
	}
	if err := o.consent(ctx, env, c, app, fmt.Sprintf("%s the release of app %s", o.verb, app.Name)); err != nil {
		return err
	}
	asked, err := engine(env, c, nil).Ask(ctx, release.AskRequest{
		Subject: o.accepting(subject),
		Ask:     gekko.Ask{Verb: o.verb, By: whoami(env), At: time.Now().UTC(), Why: o.why},
		Dry:     o.dryRun,
	})
	switch {
	case err != nil:
		return leaves(ctx, err, fmt.Sprintf("%s may have been asked for already", o.verb), "the same command again does no harm; gekko watch shows what was asked")
	case o.json:
		return env.printJSON(asked)
	case o.dryRun:
		_, err := fmt.Fprintf(env.Out, "%s release %s, which is %s\n", o.verb, asked.Release.New, asked.Release.Phase)
		return err
	}
	u := underWay{asked.Release, asked.Lease, asked.Alone}
	fmt.Fprintf(env.Err, "Release %s: %s asked for; it is heeded at the next look.\n", u.New, o.verb)
	if u.Alone {
		env.complain("note: ", u.lonely(time.Now()))
	}
	return nil
}
