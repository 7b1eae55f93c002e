package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// usage is the help below a command's description, in the order of the
// procedure rather than of the alphabet.
func usage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", useLine(cmd))
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		printCommands(w, cmd)
	}
	if flags := cmd.LocalFlags(); flags.HasAvailableFlags() {
		fmt.Fprintf(w, "\nFlags:\n%s", flags.FlagUsages())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%q tells more of one.\n", cmd.CommandPath()+" COMMAND --help")
	}
	return nil
}

func useLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND"
	}
	return cmd.UseLine()
}

// placeInHelp is the annotation that says where in the help a command stands.
const placeInHelp = "place"

// addInOrder adds commands that the help shows in this order.
func addInOrder(to *cobra.Command, commands ...*cobra.Command) {
	for _, c := range commands {
		c.Annotations = map[string]string{placeInHelp: fmt.Sprintf("%02d", len(to.Commands()))}
		to.AddCommand(c)
	}
}

func printCommands(w io.Writer, cmd *cobra.Command) {
	width := 0
	commands := slices.Clone(cmd.Commands())
	slices.SortStableFunc(commands, func(a, b *cobra.Command) int {
		return strings.Compare(a.Annotations[placeInHelp], b.Annotations[placeInHelp])
	})
	for _, c := range commands {
		width = max(width, len(c.Name()))
	}
	list := func(title, group string) {
		fmt.Fprintf(w, "\n%s\n", title)
		for _, c := range commands {
			if c.IsAvailableCommand() && c.GroupID == group {
				fmt.Fprintf(w, "  %s%s  %s\n", c.Name(), strings.Repeat(" ", width-len(c.Name())), c.Short)
			}
		}
	}
	if len(cmd.Groups()) == 0 {
		list("Commands:", "")
	}
	for _, g := range cmd.Groups() {
		list(g.Title, g.ID)
	}
}
