//go:build linux

package disk

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Copy copies what is in the folder from into the folder to: folders,
// files, links and hard links among them, with modes, times and, as far as the
// caller may, owners. It stays inside both, whatever links they hold, and
// leaves out sockets, devices and what is mounted over them.
func Copy(from, to *os.File) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(from.Fd()), &st); err != nil {
		return err
	}
	c := copier{device: st.Dev, seen: map[uint64]string{}, top: to}
	if err := c.folder(from, to, "."); err != nil {
		return err
	}
	return attributes(to, &st)
}

type copier struct {
	device uint64
	top    *os.File
	seen   map[uint64]string // inodes with several names: where the first was copied to
}

func (c *copier) folder(from, to *os.File, path string) error {
	names, err := from.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := c.entry(from, to, name, path+"/"+name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (c *copier) entry(from, to *os.File, name, path string) error {
	var st unix.Stat_t
	if err := unix.Fstatat(int(from.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return vanished(err)
	}
	if st.Dev != c.device {
		return nil
	}
	if st.Nlink > 1 && st.Mode&unix.S_IFMT != unix.S_IFDIR {
		if first, ok := c.seen[st.Ino]; ok {
			return unix.Linkat(int(c.top.Fd()), first, int(to.Fd()), name, 0)
		}
		c.seen[st.Ino] = path
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return c.subfolder(from, to, name, path, &st)
	case unix.S_IFREG:
		return c.file(from, to, name, &st)
	case unix.S_IFLNK:
		return c.link(from, to, name, &st)
	}
	return nil
}

func (c *copier) subfolder(from, to *os.File, name, path string, st *unix.Stat_t) error {
	source, err := openAt(from, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return vanished(err)
	}
	defer source.Close()
	if err := unix.Mkdirat(int(to.Fd()), name, 0o700); err != nil && !errors.Is(err, unix.EEXIST) {
		return err
	}
	target, err := openAt(to, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer target.Close()
	if err := c.folder(source, target, path); err != nil {
		return err
	}
	return attributes(target, st)
}

func (c *copier) file(from, to *os.File, name string, st *unix.Stat_t) error {
	source, err := openAt(from, name, unix.O_RDONLY, 0)
	if err != nil {
		return vanished(err)
	}
	defer source.Close()
	target, err := openAt(to, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	// On file systems that can, the copy shares its blocks with the original.
	if unix.IoctlFileClone(int(target.Fd()), int(source.Fd())) != nil {
		err = copyData(source, target)
	}
	return errors.Join(err, attributes(target, st), target.Close())
}

// copyData copies what was written and leaves holes: a file of a petabyte that
// nobody wrote to takes no room.
func copyData(from, to *os.File) error {
	for at := int64(0); ; {
		begin, err := unix.Seek(int(from.Fd()), at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) { // a hole up to the end
			info, err := from.Stat()
			if err != nil {
				return err
			}
			return to.Truncate(info.Size())
		}
		if err != nil {
			return err
		}
		end, err := unix.Seek(int(from.Fd()), begin, unix.SEEK_HOLE)
		if err != nil {
			return err
		}
		if _, err := from.Seek(begin, io.SeekStart); err != nil {
			return err
		}
		if _, err := to.Seek(begin, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.CopyN(to, from, end-begin); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		at = end
	}
}

func (c *copier) link(from, to *os.File, name string, st *unix.Stat_t) error {
	target := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(from.Fd()), name, target)
	if err != nil {
		return vanished(err)
	}
	if err := unix.Symlinkat(string(target[:n]), int(to.Fd()), name); err != nil {
		return err
	}
	return allowed(unix.Fchownat(int(to.Fd()), name, int(st.Uid), int(st.Gid), unix.AT_SYMLINK_NOFOLLOW))
}

// attributes gives a copy its original's owner, mode and time, in this order:
// a change of owner takes set-user-ID bits away.
func attributes(f *os.File, st *unix.Stat_t) error {
	fd := int(f.Fd())
	if err := allowed(unix.Fchown(fd, int(st.Uid), int(st.Gid))); err != nil {
		return err
	}
	if err := unix.Fchmod(fd, st.Mode&0o7777); err != nil {
		return err
	}
	return unix.UtimesNanoAt(fd, "", []unix.Timespec{st.Atim, st.Mtim}, unix.AT_EMPTY_PATH)
}

func openAt(dir *os.File, name string, flags int, mode uint32) (*os.File, error) {
	fd, err := unix.Openat(int(dir.Fd()), name, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, mode)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// vanished forgives what was deleted while a running machine is copied.
func vanished(err error) error {
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

// allowed forgives that an ordinary user cannot give files away: all of them
// belong to that user anyway.
func allowed(err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) {
		return nil
	}
	return err
}
