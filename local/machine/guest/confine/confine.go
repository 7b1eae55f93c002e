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
	"syscall"

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

// Of gives what the processes of a machine without namespaces may reach.
func Of(c *control.Config) Rights {
	r := Rights{Landlock: c.Confine == control.Landlock, Write: []string{c.Root, c.Scratch}, Read: slices.Concat(hostReadable[:], []string{c.Program})}
	// Its commands' links; only init writes them.
	r.Write = append(r.Write, c.Run)
	return r
}
