//go:build linux

package machine

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// users are the host's users that a machine's own are.
type users struct {
	first, count int // the first is root inside
}

// manyUsers is how many a machine of root's has. An ordinary user's machines
// have one, who is that user outside.
const manyUsers = 65536

func (u users) many() bool { return u.count > 1 }

// attr starts a process in a user namespace of them, as its root.
func (u users) attr() syscall.SysProcAttr {
	ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: u.first, Size: u.count}}
	attr := syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWUSER, UidMappings: ids, GidMappings: ids, GidMappingsEnableSetgroups: u.many()}
	if u.many() {
		attr.Credential = &syscall.Credential{}
		return attr
	}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	return attr
}

// findUsers finds host users for machines: as root, a range that does not
// hold root and that nobody else uses, else the caller alone.
func findUsers() (users, error) {
	if os.Geteuid() != 0 {
		return users{os.Geteuid(), 1}, nil
	}
	f, err := os.Open("/proc/self/uid_map")
	if err != nil {
		return users{}, err
	}
	defer f.Close()
	// Above what systemd gives to containers: https://systemd.io/UIDS-GIDS
	const own = 0x70000000
	var found users
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var inside, outside, size int
		if _, err := fmt.Sscan(lines.Text(), &inside, &outside, &size); err != nil {
			continue
		}
		switch {
		case inside <= own && inside+size >= own+manyUsers:
			return users{own, manyUsers}, nil
		case inside == 0 && size > control.Nobody+1:
			found = users{1, min(size-1, manyUsers)}
		case inside > 0 && size > control.Nobody:
			found = users{inside, min(size, manyUsers)}
		}
	}
	if found.count == 0 {
		return found, errors.New("root has no other users here to run instances as (/proc/self/uid_map)")
	}
	return found, lines.Err()
}

// user is a line of passwd.
type user struct {
	Name        string
	UID, GID    int
	Home, Shell string
	Groups      []uint32
}

// lookUp finds a user of a machine by name or number.
func lookUp(root, name string) (user, error) {
	data, err := os.ReadFile(root + "/etc/passwd")
	if err != nil {
		return user{}, err
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(f) < 7 || f[0] != name && f[2] != name {
			continue
		}
		u := user{Name: f[0], Home: f[5], Shell: f[6]}
		if u.UID, err = strconv.Atoi(f[2]); err != nil {
			continue
		}
		if u.GID, err = strconv.Atoi(f[3]); err != nil {
			continue
		}
		u.Groups = groupsOf(root, u.Name)
		return u, nil
	}
	return user{}, fmt.Errorf("user %s: there is none", name)
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

// groupID finds a group of a machine by name or number.
func groupID(root, name string) (int, error) {
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
