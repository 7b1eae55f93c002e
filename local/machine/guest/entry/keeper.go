//go:build linux

package entry

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
	"gekko/local/machine/disk"
	"gekko/local/machine/guest/confine"
)

// Keep is the first process of a machine where no namespaces can be had. It
// confines itself to the machine's folders, so that no link in them leads it
// out, fills the disk and becomes init, under which all else is confined once
// more. As init it adopts the orphans of what it starts, and ends all of them
// when the host ends.
func Keep() error {
	runtime.LockOSThread() // Landlock confines a thread, and what it becomes
	return begin(keep)
}

func keep(c control.Config, files []*os.File) error {
	unix.Umask(0o022)
	// A copy stays inside what it copies by itself, and the rights to come do
	// not reach images.
	if err := fill(&c, files); err != nil {
		return err
	}
	cache, err := openCache(&c, files)
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	allowed := confine.Of(&c)
	allowed.Read = append(allowed.Read, "/proc")
	if cache != nil {
		allowed.Caches = []int{int(cache.Fd())}
	}
	if err := allowed.Enter(); err != nil {
		return err
	}
	return becomeInit(c, c.Program)
}

// fill copies the disk's first content, if this is its first boot. The host
// sends it where only the host can open it.
func fill(c *control.Config, sent []*os.File) error {
	for _, t := range c.Trees {
		if t.Name != control.TreeFrom {
			continue
		}
		if err := t.Take(sent); err != nil {
			return err
		}
		defer t.File.Close()
		top, err := os.Open(c.Root)
		if err != nil {
			return err
		}
		defer top.Close()
		return disk.Copy(t.File, top)
	}
	return nil
}

// openCache leaves the caller's Go build cache open for init.
func openCache(c *control.Config, sent []*os.File) (*os.File, error) {
	for _, t := range c.Trees {
		if t.Name != control.TreeCache {
			continue
		}
		if err := t.Take(sent); err != nil {
			return nil, err
		}
		if _, err := unix.FcntlInt(t.File.Fd(), unix.F_SETFD, 0); err != nil {
			return nil, err
		}
		c.Cache = int(t.File.Fd())
		return t.File, nil
	}
	return nil, nil
}
