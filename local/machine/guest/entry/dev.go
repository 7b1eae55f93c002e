//go:build linux

package entry

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// openDevices opens a handful of the host's nodes. A node cannot be made in a
// user namespace, but a mount of one can.
func openDevices() []*os.File {
	var files []*os.File
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		fd, err := unix.OpenTree(unix.AT_FDCWD, "/dev/"+name, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
		if err == nil {
			files = append(files, os.NewFile(uintptr(fd), name))
		}
	}
	return files
}

// openProc makes a /proc of the new PID namespace. The kernel gives one only
// to who can see a whole one already, so it is made before the root changes.
func openProc() (*control.Tree, error) {
	fs, err := unix.Fsopen("proc", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("new /proc: %w", err)
	}
	defer unix.Close(fs)
	if err := unix.FsconfigCreate(fs); err != nil {
		return nil, fmt.Errorf("new /proc: %w", err)
	}
	fd, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
	if err != nil {
		return nil, fmt.Errorf("new /proc: %w", err)
	}
	return &control.Tree{Name: "/proc", Path: "/proc", File: os.NewFile(uintptr(fd), "proc")}, nil
}

// dev fills /dev with those nodes, terminals and shared memory.
func dev(nodes []*os.File, mapped bool) error {
	if err := unix.Mount("tmpfs", "/dev", "tmpfs", unix.MS_NOSUID, "mode=755,size=1m"); err != nil {
		return fmt.Errorf("mount /dev: %w", err)
	}
	for _, node := range nodes {
		path := filepath.Join("/dev", node.Name())
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			return err
		}
		if err := (&control.Tree{Path: path, File: node}).Attach(path); err != nil {
			return err
		}
	}
	if err := errors.Join(os.Mkdir("/dev/pts", 0o755), os.Mkdir("/dev/shm", 0o755)); err != nil {
		return err
	}
	terminals := "newinstance,ptmxmode=0666,mode=620"
	if mapped {
		terminals += ",gid=5" // tty
	}
	if err := unix.Mount("devpts", "/dev/pts", "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, terminals); err != nil {
		return fmt.Errorf("mount /dev/pts: %w", err)
	}
	if err := unix.Mount("tmpfs", "/dev/shm", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777,size=64m"); err != nil {
		return fmt.Errorf("mount /dev/shm: %w", err)
	}
	for _, l := range []control.Link{
		{Name: "fd", Target: "/proc/self/fd"}, {Name: "stdin", Target: "/proc/self/fd/0"}, {Name: "stdout", Target: "/proc/self/fd/1"}, {Name: "stderr", Target: "/proc/self/fd/2"}, {Name: "ptmx", Target: "pts/ptmx"},
	} {
		if err := os.Symlink(l.Target, filepath.Join("/dev", l.Name)); err != nil {
			return err
		}
	}
	return nil
}
