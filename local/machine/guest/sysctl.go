//go:build linux

package guest

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/command"
)

// sysctl reads and sets the kernel's settings as far as they are the machine's
// own, as those of its network are. Of the rest it says that they are the
// host's; a real instance would have them set, so that is no failure.
func (s *system) sysctl(c *command.Call) int {
	var names []string
	var files []string
	write, valueOnly, quiet, ignore := false, false, false, false
	for i := 0; i < len(c.Args); i++ {
		switch arg := c.Args[i]; {
		case arg == "-w" || arg == "--write":
			write = true
		case arg == "-n" || arg == "--values":
			valueOnly = true
		case arg == "-q" || arg == "--quiet":
			quiet = true
		case arg == "-e" || arg == "--ignore":
			ignore = true
		case arg == "--system":
			files = append(files, s.sysctlFiles()...)
		case arg == "-p" || arg == "--load":
			if i+1 == len(c.Args) {
				files = append(files, s.Path("/etc/sysctl.conf"))
			}
			for i++; i < len(c.Args); i++ {
				files = append(files, s.Path(c.Args[i]))
			}
		case strings.HasPrefix(arg, "-"):
			return c.Fail(1, "option %s is not supported here", arg)
		default:
			names = append(names, arg)
		}
	}
	for _, f := range files {
		more, err := sysctlLines(f)
		if err != nil {
			return c.Fail(1, "%v", err)
		}
		names, write = append(names, more...), true
	}
	status := 0
	for _, n := range names {
		name, value, set := strings.Cut(n, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if set || write {
			status = max(status, s.setKernel(c, name, value, quiet, ignore))
			continue
		}
		data, err := os.ReadFile(kernelPath(name))
		switch {
		case err != nil:
			status = c.Fail(255, "cannot stat %s: No such file or directory", kernelPath(name))
		case valueOnly:
			c.Print("%s", strings.TrimSpace(string(data)))
		default:
			c.Print("%s = %s", name, strings.TrimSpace(string(data)))
		}
	}
	return status
}

func (s *system) setKernel(c *command.Call, name, value string, quiet, ignore bool) int {
	if !c.Root() {
		return c.Fail(255, "permission denied on key %q", name)
	}
	path := kernelPath(strings.TrimPrefix(name, "-"))
	err := os.ErrPermission
	if s.Config.Confine == control.Namespaces {
		err = os.WriteFile(path, []byte(value+"\n"), 0)
	}
	switch {
	case err == nil:
		if !quiet {
			c.Print("%s = %s", name, value)
		}
	case errors.Is(err, os.ErrNotExist) && hasKernelSetting(path):
		return c.Fail(255, "cannot stat %s: No such file or directory", path)
	case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
		// Noted where a person may look, as the value read back is the host's.
		appendTo(filepath.Join(s.Config.Run, "sysctl-not-set"), name+" = "+value+"\n")
		c.Fail(0, "%s = %s is noted but not set: it is the host's, not this instance's", name, value)
	case ignore || strings.HasPrefix(name, "-"):
	default:
		return c.Fail(255, "setting key %q: %v", name, err)
	}
	return 0
}

// hasKernelSetting says of a setting that is not there whether it is unknown:
// those of the host's network are hidden in a namespace, and not unknown.
func hasKernelSetting(path string) bool {
	_, err := os.Stat(filepath.Dir(path))
	return errors.Is(err, os.ErrNotExist)
}

func kernelPath(name string) string {
	return filepath.Join("/proc/sys", filepath.Clean("/"+strings.ReplaceAll(name, ".", "/")))
}

// sysctlFiles are those of sysctl --system in its order, without those of
// /usr: they are the host's, and were applied by it.
func (s *system) sysctlFiles() []string {
	byName := map[string]string{}
	for _, dir := range []string{"/run/sysctl.d", "/etc/sysctl.d"} {
		found, _ := filepath.Glob(filepath.Join(s.Path(dir), "*.conf"))
		for _, f := range found {
			byName[filepath.Base(f)] = f
		}
	}
	var files []string
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		files = append(files, byName[name])
	}
	if conf := s.Path("/etc/sysctl.conf"); exists(conf) {
		files = append(files, conf)
	}
	return files
}

func sysctlLines(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && line[0] != ';' && strings.Contains(line, "=") {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
