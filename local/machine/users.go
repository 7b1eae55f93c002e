//go:build linux

package machine

import (
	"bufio"
	"errors"
	"fmt"
	"os"
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
