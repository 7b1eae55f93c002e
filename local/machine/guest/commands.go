//go:build linux

package guest

import (
	"slices"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/command"
)

// answer carries a command out and gives its exit status.
func (s *system) answer(c *command.Call) int {
	switch c.Name {
	case "sudo":
		return s.sudo(c)
	case "su":
		return s.su(c)
	case "systemctl":
		return s.units.Systemctl(c)
	case "systemd-run":
		return s.units.SystemdRun(c)
	case "journalctl":
		return s.units.Journalctl(c)
	case "shutdown", "poweroff", "halt", "reboot":
		return s.power(c)
	case "cloud-init":
		return s.first.Command(c)
	case "sysctl":
		return s.sysctl(c)
	}
	if slices.Contains(control.PackageManagers(), c.Name) {
		return s.packages(c)
	}
	return s.manageUsers(c)
}
