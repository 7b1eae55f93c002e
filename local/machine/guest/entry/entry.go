//go:build linux

// Package entry is what the first process of a machine does before it is init:
// it assembles the machine's root and enters it, or, where no namespaces can be
// had, confines itself to the machine's folders. It knows nothing of what init
// does then.
package entry

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// Enter is the first process of a machine in its namespaces: it assembles the
// root, enters it, and becomes the init that it finds there. So nothing inside
// can reach the host's copy of this program through /proc/1/exe.
func Enter() error { return begin(enter) }

// begin hears from the host what the machine is, and goes on with next, which
// comes back with an error or not at all.
func begin(next func(control.Config, []*os.File) error) error {
	spare, err := unix.FcntlInt(3, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	host, err := control.New(os.NewFile(uintptr(spare), "control"))
	if err != nil {
		return err
	}
	var c control.Config
	files, err := host.Receive(&c)
	if err == nil {
		err = next(c, files)
	}
	host.Send(control.Message{Op: control.Ready, Error: err.Error()})
	return err
}

func enter(c control.Config, files []*os.File) error {
	unix.Umask(0o022)
	if err := (&root{config: c, sent: files}).enter(); err != nil {
		return err
	}
	// Keys that the caller's session holds stay outside.
	if _, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); err != nil && !errors.Is(err, unix.ENOSYS) {
		return fmt.Errorf("leave the caller's keyring: %w", err)
	}
	return becomeInit(c, control.RunDir+"/program")
}

// becomeInit goes on as init, with the control socket and the config open.
func becomeInit(c control.Config, program string) error {
	sealed, err := control.Seal(c)
	if err != nil {
		return err
	}
	if _, err := unix.FcntlInt(sealed.Fd(), unix.F_SETFD, 0); err != nil {
		return err
	}
	return syscall.Exec(program, []string{control.RoleInit, strconv.Itoa(int(sealed.Fd()))}, os.Environ())
}
