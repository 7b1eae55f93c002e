//go:build linux

package control

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Tree is a part of the host's file system that a machine is shown, or given.
type Tree struct {
	Name  string `json:"name"` // one of the constants below, or the path at which it is shown
	Path  string `json:"path"` // on the host
	Write bool   `json:"write,omitempty"`
	Held  bool   `json:"held,omitempty"`  // opened by the host already, and sent along
	Index int    `json:"index,omitempty"` // among what is sent
	// It is not to be mounted, but to be read.
	Folder bool `json:"folder,omitempty"`

	File *os.File `json:"-"`
}

// Trees with a part of their own in a machine's root.
const (
	TreeDisk    = "disk"    // its own root
	TreeFrom    = "from"    // what the disk is copied from at its first boot
	TreeScratch = "scratch" // its own, in no image
	TreeProgram = "program" // this program
	TreeShims   = "shims"   // commands laid over those of /usr
	TreeUsr     = "/usr"
	TreeCache   = "cache" // the caller's Go build cache
)

// Open clones the mounts of a tree, detached, so that they can be attached in
// a machine's root. Only an owner of the mount namespace may do that: the host
// when it is root, else the machine's init in its own namespace. With users,
// the descriptor of a user namespace, files seem to belong to its users as
// they belong to the host's.
func (t *Tree) Open(users int) error {
	if t.Folder {
		f, err := os.Open(t.Path)
		t.File = f
		return err
	}
	fd, err := unix.OpenTree(unix.AT_FDCWD, t.Path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return fmt.Errorf("clone the mounts of %s: %w", t.Path, err)
	}
	t.File = os.NewFile(uintptr(fd), t.Name)
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_NODEV}
	if !t.Write {
		attr.Attr_set |= unix.MOUNT_ATTR_RDONLY
	}
	const all = unix.AT_EMPTY_PATH | unix.AT_RECURSIVE
	if err := unix.MountSetattr(fd, "", all, &attr); err != nil {
		t.File.Close()
		return fmt.Errorf("make %s read-only: %w", t.Path, err)
	}
	if users >= 0 && !t.Write {
		// Not every file system can do that; its files then seem to be nobody's.
		unix.MountSetattr(fd, "", all, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_IDMAP, Userns_fd: uint64(users)})
	}
	return nil
}

// Take finds the tree among the files that the host sent, named as they were
// opened, or opens it.
func (t *Tree) Take(sent []*os.File) error {
	if t.Held {
		if t.Index >= len(sent) {
			return fmt.Errorf("%s did not arrive", t.Name)
		}
		t.File = sent[t.Index]
		return nil
	}
	return t.Open(-1)
}

// Attach makes the tree visible at a path of the caller's mount namespace.
func (t *Tree) Attach(path string) error {
	err := unix.MoveMount(int(t.File.Fd()), "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH)
	if err != nil {
		return fmt.Errorf("show %s at %s: %w", t.Path, path, err)
	}
	return nil
}
