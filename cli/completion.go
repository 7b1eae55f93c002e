package cli

import (
	"github.com/spf13/cobra"
)

func newCompletion(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a shell's completion script",
		Long: `Prints a script that lets a shell complete gekko's commands, flags and the
names of snapshots.`,
		Example: `  source <(gekko completion bash)
  gekko completion zsh  > "${fpath[1]}/_gekko"
  gekko completion fish > ~/.config/fish/completions/gekko.fish
  gekko completion powershell | Out-String | Invoke-Expression`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(env.Out, true)
			case "zsh":
				return root.GenZshCompletion(env.Out)
			case "fish":
				return root.GenFishCompletion(env.Out, true)
			}
			return root.GenPowerShellCompletionWithDesc(env.Out)
		},
	}
}
