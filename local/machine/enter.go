//go:build linux

package machine

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// enter is the first process of a machine in its namespaces: it assembles the
// root, enters it, and becomes the init that it finds there. So nothing inside
// can reach the host's copy of this program through /proc/1/exe.
func enter() error {
	spare, err := unix.FcntlInt(3, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	control, err := newControl(os.NewFile(uintptr(spare), "control"))
	if err != nil {
		return err
	}
	err = become(control)
	control.send(message{Op: opReady, Error: err.Error()})
	return err
}

func become(control *control) error {
	var c config
	files, err := control.receive(&c)
	if err != nil {
		return err
	}
	unix.Umask(0o022)
	if err := (&root{config: c, sent: files}).enter(); err != nil {
		return err
	}
	// Keys that the caller's session holds stay outside.
	if _, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); err != nil && !errors.Is(err, unix.ENOSYS) {
		return fmt.Errorf("leave the caller's keyring: %w", err)
	}
	return becomeInit(c, runDir+"/program")
}

// becomeInit goes on as init, with the control socket and the config open.
func becomeInit(c config, program string) error {
	sealed, err := sealConfig(c)
	if err != nil {
		return err
	}
	if _, err := unix.FcntlInt(sealed.Fd(), unix.F_SETFD, 0); err != nil {
		return err
	}
	return syscall.Exec(program, []string{roleInit, strconv.Itoa(int(sealed.Fd()))}, os.Environ())
}
