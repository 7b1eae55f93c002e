package machine

import (
	"log/slog"

	"gekko/local/machine/control"
)

// Options are a Host's.
type Options struct {
	// Dir is the run folder, made if missing. All of it belongs to the Host,
	// and folders beside it that dead runs left are deleted. Empty: a new one
	// among the temporary files.
	Dir        string
	Unconfined bool   // go on where nothing can confine a machine's processes
	Confine    string // take Namespaces, Landlock or None and nothing else; empty: the best that is to be had
	GoRoot     string // shown read-only inside; empty, like GoCache: what the go command says
	GoCache    string // the caller's build cache, which go build inside starts from
	Log        *slog.Logger
}

// Kinds of confinement, the strongest first.
const (
	Namespaces = control.Namespaces
	Landlock   = control.Landlock
	None       = control.None
)
