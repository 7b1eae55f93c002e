//go:build linux

package guest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"gekko/local/machine/control"
)

// program is what init is to start.
type program struct {
	Args  []string
	Env   []string // later values win
	Dir   string
	User  user
	Files [3]*os.File
	Group *int // another group than the user's own
	TTY   bool // standard input is to be its terminal
}

// environment is what every process of a machine finds.
func (s *system) environment() []string {
	env := []string{"PATH=" + control.RunDir + "/bin:" + control.DefaultPath + ":/usr/local/go/bin:" + control.BuildRoot + "/bin", "LANG=C.UTF-8"}
	if s.config.Confine != control.Namespaces {
		return []string{
			"PATH=" + filepath.Join(s.config.Run, "bin") + ":" + os.Getenv("PATH") + ":/usr/local/go/bin", "LANG=C.UTF-8",
			"GOCACHEPROG=" + filepath.Join(s.config.Run, "bin", control.CommandCache),
			"TMPDIR=" + s.path("/tmp"), "GOCACHE=" + filepath.Join(s.config.Scratch, "cache"), "GOPATH=" + s.path("/root/go"), "GOTOOLCHAIN=local",
			"DESTDIR=" + s.config.Root, "HOST=" + s.config.Address, "PORT=8080", "MACHINE_RUN=" + s.config.Run,
		}
	}
	env = append(env, "GOCACHE="+control.BuildDir, "GOTOOLCHAIN=local")
	for _, name := range []string{"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"} {
		env = append(env, name+"=http://"+outboundAddress)
	}
	const near = "localhost,127.0.0.0/8," + metadataAddress
	return append(env, "no_proxy="+near, "NO_PROXY="+near)
}

// userEnvironment is what a session of a user finds besides.
func (s *system) userEnvironment(u user) []string {
	return append(s.environment(),
		"HOME="+s.home(u), "USER="+u.Name, "LOGNAME="+u.Name, "SHELL="+u.shell())
}

func (s *system) home(u user) string { return s.path(u.Home) }

func (u user) shell() string {
	if u.Shell == "" {
		return "/bin/sh"
	}
	return u.Shell
}

// merge lets later values of a variable win, as execve alone does not.
func merge(env []string) []string {
	values := map[string]string{}
	for _, v := range env {
		name, value, ok := strings.Cut(v, "=")
		if ok {
			values[name] = value
		}
	}
	merged := make([]string, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		merged = append(merged, name+"="+values[name])
	}
	return merged
}

// start runs a program as a user of the machine, in a session of its own.
func (s *system) start(p program) (*child, error) {
	env := merge(p.Env)
	path, err := s.lookPath(p.Args[0], env)
	if err != nil {
		return nil, err
	}
	args := p.Args
	sys := &syscall.SysProcAttr{Setsid: true, Setctty: p.TTY}
	if p.Dir == "" {
		p.Dir = s.path("/")
	}
	switch {
	case s.config.Confine != control.Namespaces:
		if path, args, err = s.confined(path, args); err != nil {
			return nil, err
		}
		sys.Pdeathsig = syscall.SIGKILL
	case s.config.Mapped && (p.User.UID != 0 || p.User.GID != 0 || p.Group != nil):
		group := p.User.GID
		if p.Group != nil {
			group = *p.Group
		}
		sys.Credential = &syscall.Credential{Uid: uint32(p.User.UID), Gid: uint32(group), Groups: p.User.Groups}
	}
	files := p.Files[:]
	if s.inherited != nil {
		files = append(files, s.inherited) // as keeperSocket
		if s.hostCache != nil {
			files = append(files, s.hostCache) // as hostCache
		}
	}
	return s.kids.start(path, args, &os.ProcAttr{Dir: p.Dir, Env: env, Files: files, Sys: sys})
}

// lookPath finds a program as a shell would, with what the machine has. The
// commands that init itself answers are found under the paths where a real
// system has them, whatever the host has there.
func (s *system) lookPath(name string, env []string) (string, error) {
	if name == control.RoleFiles {
		return filepath.Join(s.config.Run, "program"), nil
	}
	base := filepath.Base(name)
	if slices.Contains(control.Commands(), base) && (base == name || slices.Contains(filepath.SplitList(control.DefaultPath), filepath.Dir(name))) {
		return filepath.Join(s.config.Run, "bin", base), nil
	}
	if strings.Contains(name, "/") {
		if s.config.Confine != control.Namespaces && !strings.HasPrefix(name, s.config.Root) && isProgram(s.path(name)) {
			return s.path(name), nil
		}
		if !isProgram(name) {
			return "", fmt.Errorf("%s: no such program", name)
		}
		return name, nil
	}
	for _, v := range env {
		list, ok := strings.CutPrefix(v, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(list) {
			if path := filepath.Join(dir, name); isProgram(path) {
				return path, nil
			}
		}
	}
	return "", fmt.Errorf("%s: command not found", name)
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}
