package cli

import "github.com/spf13/cobra"

func newRollback(env *Env) *cobra.Command {
	o := &releaseOptions{back: true, change: change{timely: true}}
	cmd := &cobra.Command{
		Use:   "rollback [-s SNAPSHOT]",
		Short: "Take the fleet back to the snapshot before",
		Long: `Takes the fleet back to the snapshot that was live before, or to the one that is
named: a release of it at production size at once, with a short warm-up and,
unless --soak asks for one, without a soak. While a release is under way it is
"gekko abort" that takes it back.`,
		Example: `  gekko rollback
  gekko rollback -s gekko-20130411-091500`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	o.bind(cmd, env)
	return cmd
}
