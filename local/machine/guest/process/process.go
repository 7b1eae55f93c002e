//go:build linux

// Package process starts a machine's programs from inside: with its users,
// paths, environment and output, and looks after what they leave. It knows
// nothing of units, commands or logins.
package process

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// System is a machine from inside, as all of its parts need it. Where no
// namespaces can be had it is seen by the keeper outside.
type System struct {
	Config control.Config

	// Inherited is, where no namespaces can be had, the commands' way to init,
	// which all processes inherit.
	Inherited *os.File

	hostCache *os.File // inherited too: the caller's Go build cache; may be nil
	kids      children
}

// New waits for all children of this process from now on.
func New(c control.Config) *System {
	s := &System{Config: c}
	if c.Cache > 0 {
		s.hostCache = os.NewFile(uintptr(c.Cache), "cache")
		unix.CloseOnExec(c.Cache)
	}
	s.kids.reap()
	return s
}

// Path gives where a path of the machine is for us.
func (s *System) Path(inside string) string { return filepath.Join(s.Config.Root, inside) }

// Say writes a line to the console.
func (s *System) Say(format string, args ...any) {
	fmt.Fprintf(os.Stdout, "[%s] %s\n", time.Now().UTC().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}

// Give makes a user of the machine the owner of a file.
func (s *System) Give(path string, u User) error {
	if !s.Config.Mapped {
		return nil
	}
	return os.Lchown(path, u.UID, u.GID)
}
