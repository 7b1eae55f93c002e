//go:build linux

// Package cloudinit does what cloud-init does on a real machine: it acts on user
// data at the first boot, and answers the command of that name. It knows nothing
// of where user data comes from.
package cloudinit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gekko/local/machine/guest/command"
)

// Command is cloud-init, the command: recipes wait for it, and clean up after it.
func (b *FirstBoot) Command(c *command.Call) int {
	if len(c.Args) == 0 {
		return c.Fail(2, "status, clean or --version?")
	}
	switch verb := c.Args[0]; verb {
	case "--version", "-v":
		c.Print("/usr/bin/cloud-init 24.1 (embedded)")
		return 0
	case "status":
		return b.status(c)
	case "clean":
		if !c.Root() {
			return c.Fail(1, "Access denied: only root may")
		}
		return b.clean(c)
	default:
		return c.Fail(2, "%s is not supported here", verb)
	}
}

func (b *FirstBoot) status(c *command.Call) int {
	if slices.Contains(c.Args, "--wait") || slices.Contains(c.Args, "-w") {
		<-b.done
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	state := "running"
	select {
	case <-b.done:
		state = "done"
		if len(b.errors) > 0 {
			state = "error"
		}
	default:
	}
	c.Print("status: %s", state)
	if slices.Contains(c.Args, "--long") || slices.Contains(c.Args, "-l") {
		c.Print("detail: DataSourceEc2Local\nerrors: %s", strings.Join(b.errors, "; "))
	}
	if state == "error" {
		return 1
	}
	return 0
}

func (b *FirstBoot) clean(c *command.Call) int {
	var failed error
	entries, err := os.ReadDir(b.system.Path(cloudDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c.Fail(1, "%v", err)
	}
	for _, e := range entries {
		if e.Name() != "seed" || slices.Contains(c.Args, "--seed") || slices.Contains(c.Args, "-s") {
			failed = errors.Join(failed, os.RemoveAll(b.system.Path(cloudDir+"/"+e.Name())))
		}
	}
	for _, arg := range c.Args[1:] {
		switch arg {
		case "--logs", "-l":
			logs, _ := filepath.Glob(b.system.Path("/var/log/cloud-init*.log"))
			for _, l := range logs {
				failed = errors.Join(failed, os.Remove(l))
			}
		case "--machine-id":
			failed = errors.Join(failed, os.Chmod(b.system.Path("/etc/machine-id"), 0o644), os.WriteFile(b.system.Path("/etc/machine-id"), []byte("uninitialized\n"), 0o444))
		case "--seed", "-s", "-c", "--configs", "all", "ssh_config", "network":
		case "--reboot", "-r":
			return b.power(c.As("reboot"))
		default:
			return c.Fail(2, "clean: %s is not supported here", arg)
		}
	}
	if failed != nil {
		return c.Fail(1, "%v", failed)
	}
	return 0
}
