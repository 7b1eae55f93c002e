package machine

import (
	"context"
	"errors"
	"log/slog"
)

// Options are a Host's.
type Options struct {
	Dir        string // run folder, made if missing; all of it belongs to the Host
	Unconfined bool   // go on where nothing can confine a machine's processes
	Confine    string // force a confinement: Namespaces, Landlock or None; empty: the best that is to be had
	GoRoot     string // shown read-only inside; empty: as the go command says
	GoCache    string // the caller's build cache, shown as a starting point; empty: as the go command says
	Log        *slog.Logger
}

// Kinds of confinement, the strongest first.
const (
	Namespaces = "namespaces"
	Landlock   = "landlock"
	None       = "none"
)

// Host makes machines out of this computer's processes.
type Host struct{}

// Open finds out how machines can be confined here, by making one, locks the
// run folder and removes what dead runs left beside it.
func Open(ctx context.Context, o Options) (*Host, error) {
	return nil, errors.New("machines: not built yet")
}

// New makes a machine, off, with a disk of its own.
func (h *Host) New(s Spec) (Machine, error) { return nil, errors.New("machines: not built yet") }

// Confinement is Namespaces, Landlock or None.
func (h *Host) Confinement() string { return None }

// LowPorts says whether this process may listen below 1024.
func (h *Host) LowPorts() bool { return false }

// SSHPort is where machines' SSH servers listen outside: 22, or 2222 for
// those who may not listen below 1024.
func (h *Host) SSHPort() int { return 2222 }

// Close ends every machine and deletes the run folder.
func (h *Host) Close() error { return nil }

// Main acts as a machine's init, keeper or command if this process was started
// as one, and then returns true: the caller's main returns at once. cmd/gekko
// calls it first of all; so does the TestMain of tests that boot machines.
func Main() bool { return false }

// WatchParent gives a context that ends when the process that started this
// one ends, as go run may by a signal that its child never sees.
func WatchParent(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}
