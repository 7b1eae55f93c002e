package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// usageError is a command line that makes no sense: exit status 2, and the
// only kind of error after which usage is shown.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// badUsage is a usageError in words of its own.
func badUsage(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// oneOfItsCommands takes no arguments; one that is given is a command that
// does not exist, or is spelled wrong.
func oneOfItsCommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return badUsage("unknown command %q: did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return badUsage("unknown command %q", args[0])
}

func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// requireUsage turns the argument errors of a command and all below it into
// usage errors.
func requireUsage(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
	cmd.SuggestionsMinimumDistance = 2
	for _, c := range cmd.Commands() {
		requireUsage(c)
	}
}

// required says which of a command's flags are missing, in its own words
// rather than cobra's.
func required(cmd *cobra.Command, flags ...string) error {
	missing := slices.DeleteFunc(flags, cmd.Flags().Changed)
	if len(missing) == 0 {
		return nil
	}
	for i, name := range missing {
		f := cmd.Flags().Lookup(name)
		missing[i] = "--" + name
		if f.Shorthand != "" {
			missing[i] = "-" + f.Shorthand
		}
	}
	return badUsage("%s: %s is missing", cmd.Name(), strings.Join(missing, " and "))
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND…]",
		Short:   "Show what a command does",
		Long:    "Shows what a command does, as COMMAND --help does.",
		GroupID: tryGroup,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || found == nil || len(rest) > 0 {
				return badUsage("no command %q", strings.Join(args, " "))
			}
			return found.Help()
		},
	}
}
