//go:build linux

package sshd

import (
	"fmt"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"gekko/local/machine/guest/process"
)

// terminal is a pseudo-terminal of a session.
type terminal struct {
	kind, name    string
	master, slave *os.File
}

// newTerminal answers a pty-req (RFC 4254, 6.2).
func newTerminal(payload []byte, u process.User) (*terminal, error) {
	var want struct {
		Term                         string
		Columns, Rows, Width, Height uint32
		Modes                        string
	}
	if err := ssh.Unmarshal(payload, &want); err != nil {
		return nil, err
	}
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/ptmx: %w", err)
	}
	t := &terminal{kind: want.Term, master: os.NewFile(uintptr(fd), "ptmx")}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		t.name = fmt.Sprintf("/dev/pts/%d", n)
		t.slave, err = os.OpenFile(t.name, os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.master.Close()
		return nil, err
	}
	if u.UID != 0 {
		os.Chown(t.name, u.UID, -1)
	}
	t.size(want.Columns, want.Rows)
	return t, nil
}

func (t *terminal) resize(payload []byte) bool {
	var want struct{ Columns, Rows, Width, Height uint32 }
	if ssh.Unmarshal(payload, &want) != nil {
		return false
	}
	t.size(want.Columns, want.Rows)
	return true
}

func (t *terminal) size(columns, rows uint32) {
	raw, err := t.master.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(columns), Row: uint16(rows)})
	})
}

// close hangs up.
func (t *terminal) close() { t.master.Close() }
