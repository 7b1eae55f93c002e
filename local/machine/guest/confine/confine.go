//go:build linux

// Package confine takes a process's rights away where no namespaces can be had:
// by Landlock, and by a filter of system calls. It knows nothing of what the
// process is to do.
package confine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// Rights are what a process of a machine without namespaces may reach, and
// the program that it then becomes.
type Rights struct {
	Landlock bool     `json:"landlock"`
	Filter   bool     `json:"filter"` // of system calls
	Write    []string `json:"write"`  // its own folders
	Read     []string `json:"read"`   // and what programs need of the host
	Caches   []int    `json:"caches"` // open folders, to read too
	Path     string   `json:"path"`
	Args     []string `json:"args"`
}

// hostReadable are the host's parts that programs need. None of them holds a
// user's files, keys or sockets.
var hostReadable = [...]string{
	"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
	"/etc/alternatives", "/etc/bash.bashrc", "/etc/ca-certificates", "/etc/crypto-policies", "/etc/group", "/etc/host.conf", "/etc/hosts", "/etc/ld.so.cache",
	"/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf", "/etc/passwd", "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/protocols", "/etc/resolv.conf",
	"/etc/services", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/pts", "/dev/ptmx",
	"/proc/sys/kernel/ngroups_max", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/loadavg",
}

// Main gives up all rights but those of its confinement, and becomes
// the program. Whatever of it fails, the program does not start.
func Main(args []string) error {
	runtime.LockOSThread()
	if len(args) != 1 {
		return errors.New("one argument")
	}
	var c Rights
	if err := json.Unmarshal([]byte(args[0]), &c); err != nil {
		return err
	}
	// Descriptor 3 is the way to init, 4 the caller's build cache.
	if err := unix.CloseRange(control.HostCache+1, ^uint(0)>>1, unix.CLOSE_RANGE_CLOEXEC); err != nil && !errors.Is(err, unix.ENOSYS) {
		return err
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return err
	}
	if err := c.Enter(); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", c.Path, syscall.Exec(c.Path, c.Args, os.Environ()))
}

// Enter confines the calling thread.
func (c Rights) Enter() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	if c.Landlock {
		if err := c.restrict(); err != nil {
			return fmt.Errorf("landlock: %w", err)
		}
	}
	if c.Filter {
		if err := filterCalls(); err != nil {
			return fmt.Errorf("filter of system calls: %w", err)
		}
	}
	return nil
}

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

// Of gives what the processes of a machine without namespaces may reach.
func Of(c *control.Config) Rights {
	r := Rights{Landlock: c.Confine == control.Landlock, Write: []string{c.Root, c.Scratch}, Read: slices.Concat(hostReadable[:], []string{c.Program})}
	// Its commands' links; only init writes them.
	r.Write = append(r.Write, c.Run)
	return r
}
