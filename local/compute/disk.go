package compute

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gekko/local/machine"
)

// disk is a frozen root: a folder that is shared by the snapshots and images
// that stand for it. It is kept while one of them is there or an instance is
// being started from it.
type disk struct {
	dir   string
	users int
}

func (c *Cloud) newDisk(id string) *disk { return &disk{dir: filepath.Join(c.o.Dir, id)} }

// hold keeps a disk until it is released; no disk: nothing.
func (c *Cloud) hold(d *disk) {
	if d != nil {
		d.users++
	}
}

// release deletes a disk that nobody holds any more.
func (c *Cloud) release(d *disk) {
	if d == nil {
		return
	}
	if d.users--; d.users > 0 {
		return
	}
	c.o.Loop.Go(func(context.Context) {
		if err := removeTree(d.dir); err != nil {
			c.o.Log.Error("image's disk was not removed", "folder", d.dir, "error", err)
		}
	}, nil)
}

// removeTree deletes a folder, also where what was frozen took away the right
// to write to some of its folders.
func removeTree(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			err = os.Chmod(path, 0o700)
		}
		return err
	})
	return errors.Join(err, os.RemoveAll(dir))
}

// freezeInto copies a machine's disk into a folder that it makes.
func freezeInto(ctx context.Context, m machine.Machine, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return fmt.Errorf("disk of an image: %w", err)
	}
	return m.Freeze(ctx, dir)
}
