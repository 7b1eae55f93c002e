//go:build linux

// Package guest is a machine from inside: its init, which boots it, serves its
// commands and ends it, and the other roles in which this program starts
// itself. It knows the host only by package control, and must not import what
// keeps machines outside.
package guest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
	"gekko/local/machine/disk"
	"gekko/local/machine/guest/buildcache"
	"gekko/local/machine/guest/command"
	"gekko/local/machine/guest/confine"
	"gekko/local/machine/guest/entry"
	"gekko/local/machine/guest/sshd"
)

// Main acts as a machine's init, keeper or command if this process was started
// as one, and then returns true.
func Main() bool {
	if len(os.Args) == 0 {
		return false
	}
	switch os.Args[0] {
	case control.RoleHold:
		io.Copy(io.Discard, os.NewFile(3, "hold"))
	case control.RoleEnter:
		exit(entry.Enter())
	case control.RoleInit:
		exit(initMain())
	case control.RoleKeeper:
		exit(entry.Keep())
	case control.RoleConfine:
		exit(confine.Main(os.Args[1:]))
	case control.RoleCopy:
		exit(disk.Copy(os.NewFile(3, "from"), os.NewFile(4, "to")))
	case control.RoleFiles:
		exit(sshd.ServeFiles())
	default:
		name := filepath.Base(os.Args[0])
		if name == control.CommandCache && os.Getenv("MACHINE_RUN") != "" {
			exit(buildcache.Serve())
		}
		if !slices.Contains(control.Commands(), name) {
			return false
		}
		if init := command.Reach(); init != nil {
			leave(command.Ask(init, name))
		}
		return false
	}
	return true
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		leave(1)
	}
	leave(0)
}

// leave is os.Exit without what a test binary with the race detector does
// there: it sleeps for a second.
func leave(status int) { unix.Exit(status) }
