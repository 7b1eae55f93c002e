//go:build linux

package machine

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"gekko/local/machine/control"
)

// spawner starts processes that die with this one. The kernel ties that to the
// thread that started them, so one thread starts all and never ends before.
type spawner struct{ work chan func() }

func newSpawner() *spawner {
	s := &spawner{work: make(chan func())}
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for f := range s.work {
			f()
		}
	}()
	return s
}

func (s *spawner) close() { close(s.work) }

// start runs this program as role, in a session of its own, with nothing of
// the caller's environment. files become its descriptors 3 and on.
func (s *spawner) start(role string, out *os.File, files []*os.File, sys syscall.SysProcAttr) (*exec.Cmd, error) {
	sys.Setsid = true
	if role != control.RoleKeeper { // who ends others first, when its control socket ends
		sys.Pdeathsig = syscall.SIGKILL
	}
	cmd := &exec.Cmd{
		Path:       "/proc/self/exe",
		Args:       []string{role},
		Env:        []string{"PATH=" + control.DefaultPath, "GOMAXPROCS=2"},
		Dir:        "/",
		ExtraFiles: files,
		Stdout:     out,
		Stderr:     out,

		SysProcAttr: &sys,
	}
	started := make(chan error)
	s.work <- func() { started <- cmd.Start() }
	return cmd, <-started
}
