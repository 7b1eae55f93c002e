package ebs

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Disk is a frozen root: a folder that is shared by the snapshots and images
// that stand for it. It is kept while one of them is there or an instance is
// being started from it.
type Disk struct {
	Dir   string
	users int
}

// Hold keeps a disk until it is released; no disk: nothing.
func (s *Storage) Hold(d *Disk) {
	if d != nil {
		d.users++
	}
}

// Release deletes a disk that nobody holds any more.
func (s *Storage) Release(d *Disk) {
	if d == nil {
		return
	}
	if d.users--; d.users > 0 {
		return
	}
	s.o.Loop.Go(func(context.Context) {
		if err := removeTree(d.Dir); err != nil {
			s.o.Log.Error("image's disk was not removed", "folder", d.Dir, "error", err)
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
