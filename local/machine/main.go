//go:build linux

package machine

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"gekko/local/machine/guest"
)

// Main acts as a machine's init, keeper or command if this process was started
// as one, and then returns true: the caller's main returns at once. cmd/gekko
// calls it first of all; so does the TestMain of tests that boot machines.
func Main() bool { return guest.Main() }

// WatchParent gives a context that ends when the process that started this
// one ends, as go run may by a signal that its child never sees.
func WatchParent(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := func() { cancel(context.Canceled) }
	parent := os.Getppid()
	fd, err := unix.PidfdOpen(parent, unix.PIDFD_NONBLOCK)
	if err != nil || os.Getppid() != parent {
		if err == nil {
			unix.Close(fd)
		}
		go watchParentByNumber(ctx, cancel, parent)
		return ctx, stop
	}
	go func() {
		defer unix.Close(fd)
		for ctx.Err() == nil {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 1000)
			if n > 0 || err != nil && err != unix.EINTR {
				cancel(errParentEnded)
			}
		}
	}()
	return ctx, stop
}

var errParentEnded = errors.New("the process that started this one has ended")

// watchParentByNumber serves where there is no pidfd (before Linux 5.3).
func watchParentByNumber(ctx context.Context, cancel context.CancelCauseFunc, parent int) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if os.Getppid() != parent {
			cancel(errParentEnded)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
