//go:build linux

package confine

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	fileRights = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	readRights = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
)

// landlockVersion is the kernel's; 0: it has none.
func landlockVersion() int {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(v)
}

// leastLandlock is the version from which processes cannot signal each other
// across machines nor speak through abstract sockets; before it, Landlock
// would confine files alone.
const leastLandlock = 6

func (c Rights) restrict() error {
	if v := landlockVersion(); v < leastLandlock {
		return fmt.Errorf("the kernel has version %d, and %d is needed (Linux 6.12)", v, leastLandlock)
	}
	all := uint64(1<<16 - 1) // all rights to files that version 6 knows
	attr := unix.LandlockRulesetAttr{
		Handled_access_fs:  all,
		Handled_access_net: unix.LANDLOCK_ACCESS_NET_CONNECT_TCP, // no rule allows any: its network is the caller's
		Scoped:             unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL,
	}
	const size = 24 // of the part that version 6 knows
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if errno != 0 {
		return errno
	}
	rules := int(fd)
	defer unix.Close(rules)
	for _, path := range c.Write {
		if err := allowPath(rules, path, all); err != nil {
			return err
		}
	}
	for _, path := range c.Read {
		rights := uint64(readRights)
		if strings.HasPrefix(path, "/dev/") {
			rights = fileRights | readRights&^unix.LANDLOCK_ACCESS_FS_EXECUTE
		}
		if err := allowPath(rules, path, rights); err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.EACCES) {
			return err
		}
	}
	for _, fd := range c.Caches {
		if err := allowOpen(rules, fd, readRights); err != nil {
			return fmt.Errorf("build cache: %w", err)
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(rules), 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// allowPath adds a rule; a file takes fewer rights than a folder.
func allowPath(rules int, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= fileRights
	}
	if err := allowOpen(rules, fd, rights); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func allowOpen(rules, fd int, rights uint64) error {
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
