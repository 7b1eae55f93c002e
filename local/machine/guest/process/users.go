//go:build linux

package process

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// User is a line of passwd.
type User struct {
	Name        string
	UID, GID    int
	Home, Shell string
	Groups      []uint32
}

// LookUp finds a user of a machine by name or number.
func LookUp(root, name string) (User, error) {
	data, err := os.ReadFile(root + "/etc/passwd")
	if err != nil {
		return User{}, err
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(f) < 7 || f[0] != name && f[2] != name {
			continue
		}
		u := User{Name: f[0], Home: f[5], Shell: f[6]}
		if u.UID, err = strconv.Atoi(f[2]); err != nil {
			continue
		}
		if u.GID, err = strconv.Atoi(f[3]); err != nil {
			continue
		}
		u.Groups = groupsOf(root, u.Name)
		return u, nil
	}
	return User{}, fmt.Errorf("user %s: there is none", name)
}

func groupsOf(root, name string) []uint32 {
	data, err := os.ReadFile(root + "/etc/group")
	if err != nil {
		return nil
	}
	var groups []uint32
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 4 || !slices.Contains(strings.Split(f[3], ","), name) {
			continue
		}
		if id, err := strconv.ParseUint(f[2], 10, 32); err == nil {
			groups = append(groups, uint32(id))
		}
	}
	return groups
}

// GroupID finds a group of a machine by name or number.
func GroupID(root, name string) (int, error) {
	data, err := os.ReadFile(root + "/etc/group")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) >= 3 && (f[0] == name || f[2] == name) {
			return strconv.Atoi(f[2])
		}
	}
	return 0, fmt.Errorf("group %s: there is none", name)
}

// LoginShell is what sessions of the user run.
func (u User) LoginShell() string {
	if u.Shell == "" {
		return "/bin/sh"
	}
	return u.Shell
}
