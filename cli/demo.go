package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/demo"
	"gekko/example"
	"gekko/local/machine"
)

type demoOptions struct {
	report, balancer, confine string
	keep                      bool
}

func newDemo(env *Env) *cobra.Command {
	o := &demoOptions{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the whole procedure on this machine, in under two minutes",
		Long: `Shows the whole procedure on this machine: starts an AWS-compatible cloud, bakes
a small service, deploys it behind a balancer, and sends steady traffic. Then it
releases a second version, which is compared with the first and promoted, and a
third one with a fault, which is found out and taken back. It needs Go and git,
and no AWS account.

It ends well only if all that happened and no request was lost.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.balancer != "alb" && o.balancer != "classic" {
				return badUsage("demo: --balancer %s: want alb or classic", o.balancer)
			}
			return o.run(cmd.Context(), env)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.balancer, "balancer", "alb", "the `kind` of balancer: alb or classic")
	f.StringVar(&o.report, "report", "", "write the outcome as JSON to `FILE`")
	f.BoolVar(&o.keep, "keep", false, "stay until Ctrl-C, for a look around")
	f.StringVar(&o.confine, "confine", "", "keep instances apart by this `means`: namespaces, landlock or none (default: the best there is)")
	f.MarkHidden("confine")
	return cmd
}

// writable tries whether a file can be written to, before a minute is spent on
// what goes in. Without a name there is nothing to try.
func writable(name string) error {
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return file.Close()
}

func (o *demoOptions) run(ctx context.Context, env *Env) error {
	ctx, unwatch := machine.WatchParent(ctx)
	defer unwatch()
	if err := writable(o.report); err != nil {
		return gekko.Hint(fmt.Errorf("report: %w", err), "--report with another FILE")
	}
	source, err := fs.Sub(example.Hello, "hello")
	if err != nil {
		return err
	}
	screen := newLiveLine(env, env.Out, env.TTY.Out)
	err = demo.Run(ctx, demo.Options{
		Terminal: screen, Colour: env.colour(env.TTY.Out),
		Source: source, Program: "/proc/self/exe",
		Balancer: o.balancer, Confine: o.confine, Report: o.report, Keep: o.keep,
	})
	screen.end()
	if !errors.Is(err, demo.ErrFailed) {
		err = gekko.Hint(err, cmp.Or(gekko.HintOf(err), usualHint(err), "gekko doctor"))
	}
	return leaves(ctx, err, "the demo has ended all that it started", "")
}
