//go:build linux

package machine

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// tree is a part of the host's file system that a machine is shown, or given.
type tree struct {
	Name  string `json:"name"` // one of the constants below, or the path at which it is shown
	Path  string `json:"path"` // on the host
	Write bool   `json:"write,omitempty"`
	Held  bool   `json:"held,omitempty"`  // opened by the host already, and sent along
	Index int    `json:"index,omitempty"` // among what is sent
	// It is not to be mounted, but to be read.
	Folder bool `json:"folder,omitempty"`

	file *os.File
}

// Trees with a part of their own in a machine's root.
const (
	treeDisk    = "disk"    // its own root
	treeFrom    = "from"    // what the disk is copied from at its first boot
	treeScratch = "scratch" // its own, in no image
	treeProgram = "program" // this program
	treeShims   = "shims"   // commands laid over those of /usr
	treeUsr     = "/usr"
	treeCache   = "cache" // the caller's Go build cache
)

// open clones the mounts of a tree, detached, so that they can be attached in
// a machine's root. Only an owner of the mount namespace may do that: the host
// when it is root, else the machine's init in its own namespace. With users,
// the descriptor of a user namespace, files seem to belong to its users as
// they belong to the host's.
func (t *tree) open(users int) error {
	if t.Folder {
		f, err := os.Open(t.Path)
		t.file = f
		return err
	}
	fd, err := unix.OpenTree(unix.AT_FDCWD, t.Path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return fmt.Errorf("clone the mounts of %s: %w", t.Path, err)
	}
	t.file = os.NewFile(uintptr(fd), t.Name)
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_NODEV}
	if !t.Write {
		attr.Attr_set |= unix.MOUNT_ATTR_RDONLY
	}
	const all = unix.AT_EMPTY_PATH | unix.AT_RECURSIVE
	if err := unix.MountSetattr(fd, "", all, &attr); err != nil {
		t.file.Close()
		return fmt.Errorf("make %s read-only: %w", t.Path, err)
	}
	if users >= 0 && !t.Write {
		// Not every file system can do that; its files then seem to be nobody's.
		unix.MountSetattr(fd, "", all, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_IDMAP, Userns_fd: uint64(users)})
	}
	return nil
}

// take finds the tree among the files that the host sent, named as they were
// opened, or opens it.
func (t *tree) take(sent []*os.File) error {
	if t.Held {
		if t.Index >= len(sent) {
			return fmt.Errorf("%s did not arrive", t.Name)
		}
		t.file = sent[t.Index]
		return nil
	}
	return t.open(-1)
}

// attach makes the tree visible at a path of the caller's mount namespace.
func (t *tree) attach(path string) error {
	err := unix.MoveMount(int(t.file.Fd()), "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH)
	if err != nil {
		return fmt.Errorf("show %s at %s: %w", t.Path, path, err)
	}
	return nil
}
