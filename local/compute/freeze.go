package compute

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gekko/local/machine"
)

// freeze is a copy of an instance's disk that somebody waits for.
type freeze struct {
	dir  string
	cold bool // the machine is off meanwhile
	done func(error)
}

var errGone = errors.New("the instance was terminated")

func (i *instance) failFreezes() {
	waiting := i.freezes
	i.freezes = nil
	for _, f := range waiting {
		f.done(errGone)
	}
}

// freeze copies the disk for the first who waits for it.
func (c *Cloud) freeze(i *instance) {
	f, m := i.freezes[0], i.machine
	i.freezes = i.freezes[1:]
	var err error
	c.work(i, func(ctx context.Context) { err = freezeInto(ctx, m, f.dir) }, func() {
		f.done(err)
		c.drive(i)
	})
}

// freezeInto copies a machine's disk into a folder that it makes.
func freezeInto(ctx context.Context, m machine.Machine, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("disk of an image: %w", err)
	}
	return m.Freeze(ctx, dir)
}
