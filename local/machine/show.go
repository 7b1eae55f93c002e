//go:build linux

package machine

import (
	"os"
	"path/filepath"
	"strings"

	"gekko/local/machine/control"
)

// show lists the parts of the host that a machine in namespaces sees.
func (h *Host) show(c *control.Config) {
	c.Trees = append(c.Trees,
		control.Tree{Name: control.TreeProgram, Path: h.programPath()},
		control.Tree{Name: control.TreeShims, Path: h.shimsPath()},
		control.Tree{Name: control.TreeUsr, Path: control.TreeUsr})
	for _, name := range []string{"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"} {
		info, err := os.Lstat(name)
		if err != nil {
			continue
		}
		if info.IsDir() { // a host of before the merge into /usr
			c.Bins = append(c.Bins, control.Link{Name: name})
			c.Trees = append(c.Trees, control.Tree{Name: name, Path: name})
		} else if target, err := os.Readlink(name); err == nil {
			c.Bins = append(c.Bins, control.Link{Name: name, Target: target})
		}
	}
	for _, dir := range control.ShownEtc() {
		if isFolder(dir) {
			c.Trees = append(c.Trees, control.Tree{Name: dir, Path: dir})
		}
	}
	if isFolder(h.goRoot) && !strings.HasPrefix(h.goRoot, "/usr/") {
		c.Trees = append(c.Trees, control.Tree{Name: control.BuildRoot, Path: h.goRoot})
	}
	if h.hasCache() {
		c.Trees = append(c.Trees, control.Tree{Name: control.TreeCache, Path: h.goCache})
	}
	c.Submounts = len(submounts("/usr")) > 0
}

// hasCache says whether the caller's Go build cache has anything.
func (h *Host) hasCache() bool { return h.goCache != "" && isFolder(filepath.Join(h.goCache, "00")) }

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// submounts says what is mounted below a folder: an overlay would not show it.
func submounts(dir string) []string {
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	var below []string
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) > 4 && strings.HasPrefix(fields[4], dir+"/") {
			below = append(below, fields[4])
		}
	}
	return below
}
