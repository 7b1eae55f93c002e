//go:build linux

package guest

import (
	"slices"
	"strings"

	"gekko/local/machine/guest/command"
)

// packages lets package managers tell what is there, and refuses the rest
// with the reason; an index may be updated in vain.
func (s *system) packages(c *command.Call) int {
	verb := ""
	for _, arg := range c.Args {
		if !strings.HasPrefix(arg, "-") {
			verb = arg
			break
		}
	}
	if slices.Contains([]string{"update", "clean", "autoclean", "autoremove", "makecache"}, verb) && c.Name != "dpkg" && c.Name != "rpm" {
		c.Print("%s %s: nothing to do: packages are the host's here", c.Name, verb)
		return 0
	}
	return c.Fail(100, "packages cannot be installed or queried on an embedded instance: /usr is the host's, read-only. Install %q on the host, or copy the program to /usr/local or /opt", c.Args)
}
