package cli

import (
	"github.com/spf13/cobra"

	"gekko"
)

func newSnapshot(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Make, list and delete snapshots",
		Long: `A snapshot is a version of an app that can be run: a machine image and a launch
template of one name, APP-YYYYMMDD-HHMMSS in UTC. It never changes.`,
		Args: oneOfItsCommands,
		RunE: showHelp,
	}
	addInOrder(cmd, newSnapshotCreate(env), newSnapshotList(env), newSnapshotShow(env), newSnapshotDelete(env))
	return cmd
}

// completeSnapshots offers the names of the app's snapshots to the shell, or of
// all apps' without a gekko.yaml.
func completeSnapshots(env *Env, at *place) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		app, _, err := at.app()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		c, err := at.open(cmd.Context(), env, app)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		all, err := snapshotsOf(cmd.Context(), c, app.Name)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []cobra.Completion
		for _, s := range all {
			names = append(names, cobra.CompletionWithDesc(string(s.Name), describe(s)))
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// describe is a snapshot in a few words.
func describe(s gekko.Snapshot) string {
	words := string(s.State)
	if s.Commit != "" {
		words += ", commit " + s.Commit.Short()
	}
	return words
}
