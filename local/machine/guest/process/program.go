//go:build linux

package process

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/confine"
)

// Program is what init is to start.
type Program struct {
	Args  []string
	Env   []string // later values win
	Dir   string
	User  User
	Files [3]*os.File
	Group *int // another group than the user's own
	TTY   bool // standard input is to be its terminal
}

// Environment is what every process of a machine finds.
func (s *System) Environment() []string {
	env := []string{"PATH=" + control.RunDir + "/bin:" + control.DefaultPath + ":/usr/local/go/bin:" + control.BuildRoot + "/bin", "LANG=C.UTF-8"}
	if s.Config.Confine != control.Namespaces {
		return []string{
			"PATH=" + filepath.Join(s.Config.Run, "bin") + ":" + os.Getenv("PATH") + ":/usr/local/go/bin", "LANG=C.UTF-8",
			"GOCACHEPROG=" + filepath.Join(s.Config.Run, "bin", control.CommandCache),
			"TMPDIR=" + s.Path("/tmp"), "GOCACHE=" + filepath.Join(s.Config.Scratch, "cache"), "GOPATH=" + s.Path("/root/go"), "GOTOOLCHAIN=local",
			"DESTDIR=" + s.Config.Root, "HOST=" + s.Config.Address, "PORT=8080", "MACHINE_RUN=" + s.Config.Run,
		}
	}
	env = append(env, "GOCACHE="+control.BuildDir, "GOTOOLCHAIN=local")
	for _, name := range []string{"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"} {
		env = append(env, name+"=http://"+control.OutboundAddress)
	}
	const near = "localhost,127.0.0.0/8," + control.MetadataAddress
	return append(env, "no_proxy="+near, "NO_PROXY="+near)
}

// UserEnvironment is what a session of a user finds besides.
func (s *System) UserEnvironment(u User) []string {
	return append(s.Environment(),
		"HOME="+s.Home(u), "USER="+u.Name, "LOGNAME="+u.Name, "SHELL="+u.LoginShell())
}

// Home is where a user's home is for us.
func (s *System) Home(u User) string { return s.Path(u.Home) }

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

// Start runs a program as a user of the machine, in a session of its own.
func (s *System) Start(p Program) (*Child, error) {
	env := merge(p.Env)
	path, err := s.lookPath(p.Args[0], env)
	if err != nil {
		return nil, err
	}
	args := p.Args
	sys := &syscall.SysProcAttr{Setsid: true, Setctty: p.TTY}
	if p.Dir == "" {
		p.Dir = s.Path("/")
	}
	switch {
	case s.Config.Confine != control.Namespaces:
		if path, args, err = s.confined(path, args); err != nil {
			return nil, err
		}
		sys.Pdeathsig = syscall.SIGKILL
	case s.Config.Mapped && (p.User.UID != 0 || p.User.GID != 0 || p.Group != nil):
		group := p.User.GID
		if p.Group != nil {
			group = *p.Group
		}
		sys.Credential = &syscall.Credential{Uid: uint32(p.User.UID), Gid: uint32(group), Groups: p.User.Groups}
	}
	files := p.Files[:]
	if s.Inherited != nil {
		files = append(files, s.Inherited) // as control.KeeperSocket
		if s.hostCache != nil {
			files = append(files, s.hostCache) // as control.HostCache
		}
	}
	return s.kids.start(path, args, &os.ProcAttr{Dir: p.Dir, Env: env, Files: files, Sys: sys})
}

// lookPath finds a program as a shell would, with what the machine has. The
// commands that init itself answers are found under the paths where a real
// system has them, whatever the host has there.
func (s *System) lookPath(name string, env []string) (string, error) {
	if name == control.RoleFiles {
		return filepath.Join(s.Config.Run, "program"), nil
	}
	base := filepath.Base(name)
	if slices.Contains(control.Commands(), base) && (base == name || slices.Contains(filepath.SplitList(control.DefaultPath), filepath.Dir(name))) {
		return filepath.Join(s.Config.Run, "bin", base), nil
	}
	if strings.Contains(name, "/") {
		if s.Config.Confine != control.Namespaces && !strings.HasPrefix(name, s.Config.Root) && isProgram(s.Path(name)) {
			return s.Path(name), nil
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

// confined gives what starts a program with the rights of processes that have
// no namespaces.
func (s *System) confined(path string, args []string) (string, []string, error) {
	r := confine.Of(&s.Config)
	r.Filter, r.Path, r.Args = r.Landlock, path, args
	if s.hostCache != nil {
		r.Caches = []int{control.HostCache}
	}
	spec, err := json.Marshal(r)
	return s.Config.Program, []string{control.RoleConfine, string(spec)}, err
}
