//go:build linux

package process

import (
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// children are the processes of an init: those that it started, and orphans
// that the kernel gave to it. It waits for all of them, so package os/exec,
// which waits for its own, cannot be used beside it.
type children struct {
	mu     sync.Mutex
	ending map[int]chan unix.WaitStatus
}

// Child is a process that init started.
type Child struct {
	PID  int
	Done chan unix.WaitStatus // gets its status, once
}

// reap waits for children for as long as the process lives.
func (c *children) reap() {
	c.ending = map[int]chan unix.WaitStatus{}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGCHLD)
	go func() {
		for range signals {
			for c.next() {
			}
		}
	}()
}

func (c *children) next() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	var status unix.WaitStatus
	pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
	if err == unix.EINTR {
		return true
	}
	if err != nil || pid <= 0 {
		return false
	}
	if done, ok := c.ending[pid]; ok {
		delete(c.ending, pid)
		done <- status
	}
	return true
}

// start runs a program. The lock makes sure that it is not reaped before it is
// known.
func (c *children) start(path string, args []string, attr *os.ProcAttr) (*Child, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := os.StartProcess(path, args, attr)
	if err != nil {
		return nil, err
	}
	done := make(chan unix.WaitStatus, 1)
	c.ending[p.Pid] = done
	ch := &Child{PID: p.Pid, Done: done}
	p.Release()
	return ch, nil
}

// Wait gives the exit status as a shell counts it: 128 and the signal's number
// for one that was killed. It may be called once.
func (c *Child) Wait() int { return ExitCode(<-c.Done) }

// ExitCode gives a status as a shell counts it.
func ExitCode(status unix.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// Signal reaches the child's whole process group, which it leads.
func (c *Child) Signal(s syscall.Signal) { unix.Kill(-c.PID, s) }
