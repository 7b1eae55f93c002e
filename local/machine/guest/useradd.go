//go:build linux

package guest

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/command"
	"gekko/local/machine/guest/process"
)

// manageUsers adds a user or a group as recipes do for services.
func (s *system) manageUsers(c *command.Call) int {
	if !c.Root() {
		return c.Fail(1, "Permission denied.")
	}
	o := newUser{shell: "/bin/sh"}
	words, err := o.parse(c.Args)
	if err != nil {
		return c.Fail(2, "%v", err)
	}
	if len(words) == 0 {
		return c.Fail(2, "a name is missing")
	}
	name := words[0]
	if strings.ContainsAny(name, ":/\n ") {
		return c.Fail(2, "%q is not a name", name)
	}
	if c.Name == "adduser" && len(words) == 2 {
		if err := s.joinGroup(name, words[1]); err != nil {
			return c.Fail(1, "%v", err)
		}
		return 0
	}
	if c.Name == "groupadd" || c.Name == "addgroup" {
		if _, err := process.GroupID(s.Config.Root, name); err == nil {
			return c.Fail(9, "group '%s' already exists", name)
		}
		err = s.addGroup(name, o.id)
	} else {
		if _, err := process.LookUp(s.Config.Root, name); err == nil {
			return c.Fail(9, "user '%s' already exists", name)
		}
		err = s.addUser(name, o, c.Name == "adduser")
	}
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	return 0
}

type newUser struct {
	id                   int
	home, shell, group   string
	groups               []string
	system, make, noHome bool
}

func (o *newUser) parse(args []string) (words []string, err error) {
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		take := func() string {
			if !given && i+1 < len(args) {
				i++
				return args[i]
			}
			return value
		}
		switch name {
		case "-u", "--uid":
			o.id, err = strconv.Atoi(take())
		case "-g", "--gid", "--ingroup":
			o.group = take()
			if id, err := strconv.Atoi(o.group); err == nil {
				o.id = id
			}
		case "-G", "--groups":
			o.groups = strings.Split(take(), ",")
		case "-d", "--home", "--home-dir":
			o.home = take()
		case "-s", "--shell":
			o.shell = take()
		case "-c", "--comment", "--gecos", "-p", "--password", "-b", "--base-dir", "-k", "--skel", "-K":
			take()
		case "-r", "--system", "-S":
			o.system = true
		case "-m", "--create-home":
			o.make = true
		case "-M", "--no-create-home", "-H":
			o.noHome = true
		case "--group": // of adduser: a group of the user's own
		case "-U", "-N", "-D", "-f", "--user-group", "--no-user-group", "--disabled-password", "--disabled-login", "--quiet", "-o", "-q":
		default:
			if strings.HasPrefix(name, "-") {
				return nil, fmt.Errorf("option %s is not supported here", name)
			}
			words = append(words, args[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return words, nil
}

// freeID finds a number that nobody has: below 1000 for a system's own.
func (s *system) freeID(system bool) (int, error) {
	if !s.Config.Mapped {
		return 0, nil
	}
	used := map[string]bool{}
	for _, name := range []string{"/etc/passwd", "/etc/group"} {
		data, err := os.ReadFile(s.Path(name))
		if err != nil {
			return 0, err
		}
		for line := range strings.Lines(string(data)) {
			if f := strings.Split(line, ":"); len(f) > 2 {
				used[f[2]] = true
			}
		}
	}
	first, last, step := control.LoginUser+1, 60000, 1
	if system {
		first, last, step = 999, 200, -1
	}
	for id := first; id != last; id += step {
		if !used[strconv.Itoa(id)] {
			return id, nil
		}
	}
	return 0, errors.New("no number is free")
}

func (s *system) addGroup(name string, id int) error {
	if id == 0 || !s.Config.Mapped {
		var err error
		if id, err = s.freeID(true); err != nil {
			return err
		}
	}
	return appendTo(s.Path("/etc/group"), fmt.Sprintf("%s:x:%d:\n", name, id))
}

func (s *system) addUser(name string, o newUser, makeHome bool) error {
	id, err := s.freeID(o.system)
	if err != nil {
		return err
	}
	if o.id > 0 && s.Config.Mapped {
		id = o.id
	}
	group := id
	if o.group != "" {
		if group, err = process.GroupID(s.Config.Root, o.group); err != nil {
			return err
		}
	} else if err := appendTo(s.Path("/etc/group"), fmt.Sprintf("%s:x:%d:\n", name, id)); err != nil {
		return err
	}
	if o.home == "" {
		o.home = "/home/" + name
	}
	err = errors.Join(
		appendTo(s.Path("/etc/passwd"), fmt.Sprintf("%s:x:%d:%d::%s:%s\n", name, id, group, o.home, o.shell)),
		appendTo(s.Path("/etc/shadow"), name+":!:20000:0:99999:7:::\n"))
	for _, g := range o.groups {
		err = errors.Join(err, s.joinGroup(name, g))
	}
	if err != nil || o.noHome || !o.make && !(makeHome && !o.system) {
		return err
	}
	return errors.Join(os.MkdirAll(s.Path(o.home), 0o755), s.Give(s.Path(o.home), process.User{UID: id, GID: group}))
}

// joinGroup adds a user to a group's line.
func (s *system) joinGroup(name, group string) error {
	path := s.Path("/etc/group")
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var text strings.Builder
	found := false
	for line := range strings.Lines(string(data)) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) == 4 && f[0] == group {
			found = true
			members := strings.FieldsFunc(f[3], func(r rune) bool { return r == ',' })
			if !slices.Contains(members, name) {
				f[3] = strings.Join(append(members, name), ",")
			}
			line = strings.Join(f, ":") + "\n"
		}
		text.WriteString(line)
	}
	if !found {
		return fmt.Errorf("group '%s' does not exist", group)
	}
	return os.WriteFile(path, []byte(text.String()), 0o644)
}
