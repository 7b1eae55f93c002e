//go:build linux

package unit

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/process"
)

// program is what all commands of a unit have in common.
func (v *Supervisor) program(u unit) (process.Program, error) {
	s := v.system
	p := process.Program{Dir: s.Path("/"), User: process.User{Name: "root", Home: "/root"}}
	if u.User != "" {
		var err error
		if p.User, err = process.LookUp(s.Config.Root, u.User); err != nil {
			return p, err
		}
	}
	if u.Group != "" {
		id, err := process.GroupID(s.Config.Root, u.Group)
		if err != nil {
			return p, err
		}
		p.Group = &id
	}
	if dir := u.WorkingDirectory; dir != "" {
		dir, optional := strings.CutPrefix(dir, "-")
		if dir == "~" {
			dir = p.User.Home
		}
		p.Dir = s.Path(dir)
		if info, err := os.Stat(p.Dir); err != nil || !info.IsDir() {
			if !optional {
				return p, fmt.Errorf("working directory %s: there is none", dir)
			}
			p.Dir = s.Path("/")
		}
	}
	p.Env = s.Environment()
	if u.User != "" {
		p.Env = s.UserEnvironment(p.User)
	}
	p.Env = append(p.Env, u.Environment...)
	for _, name := range u.EnvironmentFiles {
		more, err := v.environmentFile(name)
		if err != nil {
			return p, err
		}
		p.Env = append(p.Env, more...)
	}
	if s.Config.Confine != control.Namespaces {
		p.Env = append(p.Env, "HOST="+s.Config.Address)
	}
	out, err := v.journal(u.Name)
	if err != nil {
		return p, err
	}
	in, err := os.Open(os.DevNull)
	p.Files = [3]*os.File{in, out, out}
	return p, err
}

func (v *Supervisor) environmentFile(name string) ([]string, error) {
	name, optional := strings.CutPrefix(name, "-")
	f, err := os.Open(v.system.Path(name))
	if err != nil {
		if optional && errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		return nil, fmt.Errorf("environment file: %w", err)
	}
	defer f.Close()
	var env []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		name, value, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		if words, err := splitWords(value); err == nil {
			value = strings.Join(words, " ")
		}
		env = append(env, name+"="+value)
	}
	return env, lines.Err()
}
