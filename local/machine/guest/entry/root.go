//go:build linux

package entry

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
	"gekko/local/machine/disk"
)

// root assembles a machine's file system and enters it. It runs in new user
// and mount namespaces, before anything else does.
type root struct {
	config control.Config
	sent   []*os.File // trees that only the host can open
	trees  map[string]*control.Tree
}

// enter leaves the host's file system behind for good. Whatever of it fails,
// the machine does not start. The host's parts are opened first, then the root
// is changed, and only then is the disk looked at: a link that an earlier boot
// left there leads nowhere.
func (r *root) enter() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("separate the mounts: %w", err)
	}
	if err := r.open(); err != nil {
		return err
	}
	devices := openDevices()
	defer control.CloseAll(devices)
	proc, err := openProc()
	if err != nil {
		return err
	}
	defer proc.File.Close()
	if err := r.pivot(); err != nil {
		return err
	}
	for _, part := range []func() error{
		r.fill,
		r.folders,
		func() error { return proc.Attach("/proc") },
		func() error { return dev(devices, r.config.Mapped) },
		r.run, r.usr, r.links, r.etc, r.builds,
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (r *root) open() error {
	r.trees = map[string]*control.Tree{}
	for i := range r.config.Trees {
		t := &r.config.Trees[i]
		if err := t.Take(r.sent); err != nil {
			return err
		}
		r.trees[t.Name] = t
	}
	return nil
}

// pivot makes the disk the root, and lets go of the host's.
func (r *root) pivot() error {
	// Any folder serves to attach it: what it covers is gone with the old root.
	if err := r.trees[control.TreeDisk].Attach("/tmp"); err != nil {
		return err
	}
	if err := os.Chdir("/tmp"); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("enter the new root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the old root: %w", err)
	}
	return os.Chdir("/")
}

// fill copies the disk's first content, if this is its first boot.
func (r *root) fill() error {
	from, ok := r.trees[control.TreeFrom]
	if !ok {
		return nil
	}
	top, err := os.Open("/")
	if err != nil {
		return err
	}
	defer top.Close()
	return disk.Copy(from.File, top)
}

// folders makes those that every root has, whatever an image lacks.
func (r *root) folders() error {
	for _, dir := range []string{"/dev", "/proc", "/sys", "/run", "/usr", "/tmp", "/var/tmp", control.BuildDir, "/mnt", "/media"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := unix.Mount("tmpfs", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755,size=64m"); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	// A real machine empties /tmp at boot too.
	return errors.Join(os.RemoveAll("/tmp"), os.Mkdir("/tmp", 0o777),
		os.Chmod("/tmp", 0o777|os.ModeSticky), os.Chmod("/var/tmp", 0o777|os.ModeSticky))
}

// run lays out the folder through which commands reach init.
func (r *root) run() error {
	for _, dir := range []string{"bin", "shims", "scratch", "cache"} {
		if err := os.MkdirAll(filepath.Join(control.RunDir, dir), 0o755); err != nil {
			return err
		}
	}
	program := filepath.Join(control.RunDir, "program")
	if err := os.WriteFile(program, nil, 0o755); err != nil {
		return err
	}
	if err := r.trees[control.TreeProgram].Attach(program); err != nil {
		return err
	}
	for _, name := range control.Commands() {
		if err := os.Symlink(program, filepath.Join(control.RunDir, "bin", name)); err != nil {
			return err
		}
	}
	if err := r.trees[control.TreeShims].Attach(filepath.Join(control.RunDir, "shims")); err != nil {
		return err
	}
	return r.trees[control.TreeScratch].Attach(filepath.Join(control.RunDir, "scratch"))
}

// usr shows the host's /usr, with our commands over it and the machine's own
// writes to /usr/local over that. Both need a kernel whose overlayfs works in
// a user namespace (5.11); without it our commands come first in PATH only,
// and /usr/local is read-only.
func (r *root) usr() error {
	if err := r.trees[control.TreeUsr].Attach("/usr"); err != nil {
		return err
	}
	lower := "lowerdir=" + filepath.Join(control.RunDir, "shims") + ":/usr"
	if r.config.Submounts || unix.Mount("overlay", "/usr", "overlay", unix.MS_RDONLY|unix.MS_NODEV, lower) != nil {
		return nil
	}
	return layer("/usr/local", "/usr/local")
}

// layer lays the machine's own files over a folder of the host's, shown at
// lower. Where that cannot be had the folder stays as it is.
func layer(lower, dir string) error {
	upper, work := filepath.Join(control.LayerDir, dir, "upper"), filepath.Join(control.LayerDir, dir, "work")
	if err := errors.Join(os.MkdirAll(upper, 0o755), os.RemoveAll(work), os.MkdirAll(work, 0o700)); err != nil {
		return err
	}
	overlay(lower, upper, work, dir)
	return nil
}

// overlay mounts a writable view of lower on dir, if that can be had.
func overlay(lower, upper, work, dir string) bool {
	options := "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work + ",userxattr"
	return unix.Mount("overlay", dir, "overlay", unix.MS_NODEV, options) == nil
}

// etc shows the parts of the host's /etc that are not copied.
func (r *root) etc() error {
	for _, dir := range control.ShownEtc() {
		t, ok := r.trees[dir]
		if !ok {
			continue
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := t.Attach(dir); err != nil {
			return err
		}
		if err := layer(dir, dir); err != nil {
			return err
		}
	}
	return nil
}

// links gives the root the host's own /bin, /lib and so on: links into /usr,
// or, on a host that has folders there, those folders.
func (r *root) links() error {
	for _, l := range r.config.Bins {
		if l.Target != "" {
			if err := os.Symlink(l.Target, l.Name); err != nil && !errors.Is(err, os.ErrExist) {
				return err
			}
			continue
		}
		if err := os.MkdirAll(l.Name, 0o755); err != nil {
			return err
		}
		if err := r.trees[l.Name].Attach(l.Name); err != nil {
			return err
		}
	}
	return nil
}

// builds shows the host's Go and its build cache, so that a recipe's first
// go build does not compile the standard library again.
func (r *root) builds() error {
	if t, ok := r.trees[control.BuildRoot]; ok {
		if err := os.MkdirAll(control.BuildRoot, 0o755); err != nil {
			return err
		}
		if err := t.Attach(control.BuildRoot); err != nil {
			return err
		}
	}
	scratch := filepath.Join(control.RunDir, "scratch")
	defer unix.Unmount(scratch, unix.MNT_DETACH)
	upper, work := filepath.Join(scratch, "cache"), filepath.Join(scratch, "work")
	if err := errors.Join(openFolder(upper), os.MkdirAll(work, 0o700)); err != nil {
		return err
	}
	if t, ok := r.trees[control.TreeCache]; ok {
		lower := filepath.Join(control.RunDir, "cache")
		if err := t.Attach(lower); err != nil {
			return err
		}
		defer unix.Unmount(lower, unix.MNT_DETACH)
		// Of a folder that several layers have, the first one's mode counts: so
		// every user of the machine may add to the host's.
		if overlay(filepath.Join(control.RunDir, "shims", control.OpenDir)+":"+lower, upper, work, control.BuildDir) {
			return nil
		}
	}
	if err := unix.Mount(upper, control.BuildDir, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s: %w", control.BuildDir, err)
	}
	return nil
}

// openFolder makes a folder that every user of the machine may write to.
func openFolder(dir string) error {
	if err := os.Mkdir(dir, 0o777); err != nil {
		if errors.Is(err, os.ErrExist) {
			return nil
		}
		return err
	}
	return os.Chmod(dir, 0o777)
}
