// Package cli is the command line of gekko: one file a command, the one place
// where the other packages are put together, and the one that prints.
//
// It decides nothing about releases, snapshots or clouds. A command gathers
// its options, asks the packages below for one thing, and shows what came of
// it by the rules in output.go, progress.go and errors.go.
package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Main runs the command line of this process and gives its exit status.
func Main() int {
	ctx, stop := withInterrupt(context.Background())
	defer stop()
	return Run(ctx, newProcessEnv(), os.Args[1:])
}

// Run runs one command line in an environment and gives the exit status.
func Run(ctx context.Context, env *Env, args []string) int {
	root := NewRoot(env)
	root.SetArgs(args)
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	cmd, err := root.ExecuteContextC(ctx)
	return env.conclude(ctx, cmd, err)
}

// Groups of commands, in the order in which the help shows them.
const (
	releaseGroup   = "release"
	procedureGroup = "procedure"
	lookGroup      = "look"
	tidyGroup      = "tidy"
	tryGroup       = "try"
)

// NewRoot is the whole tree of commands. The reference pages are made of it.
func NewRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:   "gekko",
		Short: "Move a service on EC2 from one version to the next",
		Long: `gekko moves a service on EC2 from one version to the next: it bakes a commit
into a snapshot, runs it side by side with the old one behind the same
balancer, gives it the whole load, and takes the old one away, with no request
lost on the way.

New here? "gekko demo" shows all of it on this machine, in two minutes.`,
		Args:          oneOfItsCommands,
		RunE:          showHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddGroup(
		&cobra.Group{ID: releaseGroup, Title: "All of it by itself:"},
		&cobra.Group{ID: procedureGroup, Title: "The procedure, step by step:"},
		&cobra.Group{ID: lookGroup, Title: "Looking:"},
		&cobra.Group{ID: tidyGroup, Title: "Tidying:"},
		&cobra.Group{ID: tryGroup, Title: "Beginning, and trying it out:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
		}
		addInOrder(root, commands...)
	}
	add(releaseGroup, newRelease(env), newWatch(env), newPause(env), newResume(env), newPromote(env), newAbort(env), newRollback(env))
	add(procedureGroup, newSnapshot(env), newDeploy(env), newUpdate(env), newRetire(env))
	add(lookGroup, newStatus(env), newHealth(env), newJudge(env), newHistory(env), newDoctor(env))
	add(tidyGroup, newAdopt(env), newPrune(env), newSweep(env))
	add(tryGroup, newInit(env), newLocal(env), newDemo(env), newVersion(env), newCompletion(env))
	root.SetHelpCommand(newHelp())
	root.SetUsageFunc(usage)
	requireUsage(root)
	return root
}

// withInterrupt ends the context at the first Ctrl-C, TERM, or hang-up of the
// terminal, so that a command can stop cleanly; at the second one the process
// ends as it is. A hang-up that nohup lets it ignore stays ignored.
func withInterrupt(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}
