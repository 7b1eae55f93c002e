package bake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gekko"
)

// turn waits until no other process of this machine bakes the same work: seen
// in the cloud alone, a bake that goes on looks like one that was cut off, and
// the second would take the first one's builder away. A process that dies lets
// its turn go.
func (m *making) turn(ctx context.Context) (end func(), err error) {
	if m.Turns == "" {
		return func() {}, nil
	}
	work := strings.Join([]string{string(m.mark.App), string(m.mark.Commit), m.mark.Recipe, string(m.mark.Base)}, "\n")
	sum := sha256.Sum256([]byte(work))
	mine := fmt.Sprintf("gekko-bake-%d-", os.Getuid())
	path := filepath.Join(m.Turns, mine+hex.EncodeToString(sum[:8]))
	forgetDead(filepath.Join(m.Turns, mine+"*"))
	began := time.Now()
	for {
		f, err := lockNow(path)
		if err != nil {
			return nil, gekko.Hint(fmt.Errorf("turn of this bake: %w", err), "TMPDIR: a folder that can be written to")
		}
		if f != nil {
			return func() { os.Remove(path); f.Close() }, nil
		}
		m.Report.Tell(gekko.Waits, "another bake of this commit runs on this machine", time.Since(began))
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(m.poll()):
		}
	}
}

// forgetDead removes the files of processes that were killed.
func forgetDead(pattern string) {
	all, _ := filepath.Glob(pattern)
	for _, path := range all {
		if f, err := lockNow(path); err == nil && f != nil {
			os.Remove(path)
			f.Close()
		}
	}
}

// lockNow locks a file, or gives none if another process has. The file goes
// when its lock does, so what was locked may be a file that is gone by then.
func lockNow(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		locked, err := f.Stat()
		there, statErr := os.Stat(path)
		if err == nil && statErr == nil && os.SameFile(locked, there) {
			return f, nil
		}
	}
	f.Close()
	if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("lock %s: %w", path, err) // not every file system has locks
	}
	return nil, nil
}
