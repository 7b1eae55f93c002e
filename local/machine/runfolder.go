//go:build linux

package machine

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// lockName marks a folder as a run's. It is locked for as long as the run
// lives, however it ends.
const lockName = "machines.lock"

// runFolder is one that is locked.
type runFolder struct {
	dir  string
	lock *os.File
}

// claim makes the run folder and locks it, then deletes dead ones beside it.
func (h *Host) claim() error {
	dir := h.options.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "machines-"); err != nil {
			return err
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if strings.ContainsAny(dir, ":,\\\n") {
		return fmt.Errorf("run folder %s: mounts cannot be made of a path with : , or \\", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// Dead runs go before the lock is there: a run that starts beside this one
	// must not find the folder marked and unlocked.
	h.sweep(filepath.Dir(dir), dir)
	lock, err := lockFolder(dir)
	if err != nil {
		return fmt.Errorf("run folder %s: %w", dir, err)
	}
	h.dir, h.lock = dir, lock
	return h.empty()
}

// lockFolder marks a folder under another name first, so that the mark appears
// locked.
func lockFolder(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	if _, err := os.Lstat(path); err == nil {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			f.Close()
			return nil, errors.New("another run uses it")
		}
		return f, nil
	}
	f, err := os.CreateTemp(dir, "lock-")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	if err := os.Link(f.Name(), path); err != nil {
		f.Close()
		return nil, fmt.Errorf("another run took it: %w", err)
	}
	return f, nil
}

// sweep deletes run folders, of this user, whose run is dead.
func (h *Host) sweep(beside, except string) {
	marks, err := filepath.Glob(filepath.Join(beside, "*", lockName))
	if err != nil {
		return
	}
	for _, mark := range marks {
		dir := filepath.Dir(mark)
		info, err := os.Lstat(dir)
		if err != nil || dir == except || !info.IsDir() {
			continue
		}
		var st unix.Stat_t
		if unix.Lstat(mark, &st) != nil || int(st.Uid) != os.Geteuid() || st.Mode&unix.S_IFMT != unix.S_IFREG {
			continue
		}
		lock, err := os.Open(mark)
		if err != nil {
			continue
		}
		if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			endTree(dir)
			if err := h.deleteTree(dir); err != nil {
				h.log.Warn("a dead run's folder stays", "dir", dir, "why", err)
			} else {
				h.log.Info("deleted what a dead run left", "dir", dir)
			}
		}
		lock.Close()
	}
}

// comeNear moves to a run folder among the temporary files, if machines run as
// a user who cannot reach the one that was asked for.
func (h *Host) comeNear() error {
	if h.folderMode()&0o001 == 0 {
		return nil
	}
	for dir := filepath.Dir(h.dir); dir != "/"; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o001 != 0 {
			continue
		}
		h.log.Info("the run folder is moved to where instances can reach it", "from", h.dir, "closed", dir)
		h.asked = &runFolder{h.dir, h.lock} // it stays ours: the caller has things there too
		if err := h.empty(); err != nil {
			return err
		}
		h.options.Dir = ""
		if err := h.claim(); err != nil {
			return err
		}
		return h.copyProgram()
	}
	return nil
}

// parts are what a Host puts into its run folder; the caller may keep other
// things there.
func (h *Host) parts() []string {
	return []string{h.programPath(), h.shimsPath(), filepath.Join(h.dir, "bases"), filepath.Join(h.dir, "instances")}
}

func (h *Host) empty() error {
	var errs []error
	for _, part := range h.parts() {
		errs = append(errs, h.deleteTree(part))
	}
	return errors.Join(errs...)
}

// release deletes the run folder and lets go of it.
func (h *Host) release() error {
	if h.dir == "" {
		return nil
	}
	err := h.deleteTree(h.dir)
	h.lock.Close()
	if h.asked != nil {
		err = errors.Join(err, h.deleteTree(h.asked.dir))
		h.asked.lock.Close()
	}
	return err
}

// deleteTree deletes a folder that may hold folders without write permission,
// as a Go module cache does.
func (h *Host) deleteTree(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil {
		return nil
	}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
		if d != nil && d.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}

// endTree ends what a dead run without namespaces left: processes that say of
// themselves, in their environment, that they belong to its folder.
func endTree(dir string) {
	mark := []byte("MACHINE_RUN=" + dir + "/")
	processes, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	for _, e := range processes {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		env, err := os.ReadFile("/proc/" + e.Name() + "/environ")
		if err != nil {
			continue
		}
		if bytes.HasPrefix(env, mark) || bytes.Contains(env, append([]byte{0}, mark...)) {
			unix.Kill(pid, unix.SIGKILL)
		}
	}
}

// endLeft ends what a keeper left that was killed itself.
func (h *Host) endLeft(p *process) {
	if h.confine != Namespaces {
		endTree(p.dir)
	}
}
