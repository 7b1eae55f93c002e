//go:build !linux

package machine

import (
	"context"
	"errors"
	"runtime"
)

// Host makes machines out of this computer's processes. Only Linux has what
// can confine them.
type Host struct{}

var errLinux = errors.New("instances need Linux (namespaces or Landlock); this is " + runtime.GOOS)

// Open refuses: nothing here can confine a machine's processes.
func Open(context.Context, Options) (*Host, error) { return nil, errLinux }

// New refuses, as Open does.
func (h *Host) New(Spec) (Machine, error) { return nil, errLinux }

// Gap is empty.
func (h *Host) Gap() string { return "" }

// Confinement is None.
func (h *Host) Confinement() string { return None }

// Why says why machines cannot be had.
func (h *Host) Why() []string { return []string{errLinux.Error()} }

// LowPorts says whether this process may listen below 1024.
func (h *Host) LowPorts() bool { return false }

// SSHPort is where machines' SSH servers would listen.
func (h *Host) SSHPort() int { return 2222 }

// Close does nothing.
func (h *Host) Close() error { return nil }

// Main says that this process is no machine's.
func Main() bool { return false }

// WatchParent gives a context that ends with ctx alone.
func WatchParent(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}
