//go:build linux

package control

import (
	"slices"
	"time"
)

// Places inside a machine.
const (
	RunDir    = "/run/machine"
	BuildRoot = "/opt/go"
	BuildDir  = "/var/cache/go-build"
)

// LayerDir is where, on its disk and so in images, a machine keeps what it
// writes to folders of the host's that are laid under its own.
const LayerDir = "/var/lib/layers"

// OpenDir is where, beside the commands, the folders of a Go build cache are,
// empty and open to everybody.
const OpenDir = "lib/build-cache"

// DefaultPath is where programs are looked for.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// How long an orderly end waits: for services, then for other processes.
const (
	StopTime = 5 * time.Second
	KillTime = 2 * time.Second
)

// Users that a base's passwd names.
const (
	LoginUser = 1000
	Nobody    = 65534
)

// CommandCache is the name under which the go command starts the program that
// answers for its build cache.
const CommandCache = "go-build-cache"

// HostCache is the descriptor by which processes of a machine reach the
// caller's cache, to read.
const HostCache = 4

// KeeperSocket is the descriptor by which, where no namespaces can be had,
// commands reach their machine's init.
const KeeperSocket = 3

// Commands are the programs that init itself answers, in a machine's PATH
// before /usr and, where that can be overlaid, in place of the host's.
func Commands() []string {
	return slices.Concat([]string{
		"cloud-init", "halt", "journalctl", "poweroff", "reboot", "shutdown", "sudo", "su", "sysctl", "systemctl", "systemd-run",
	}, PackageManagers(), UserManagers())
}

// PackageManagers are refused by name: what they would change is the host's.
func PackageManagers() []string {
	return []string{"apk", "apt", "apt-get", "dnf", "dpkg", "rpm", "snap", "yum", "zypper"}
}

// UserManagers make users. The host's own would write numbers that do not
// exist here when there is one user only, so init does it.
func UserManagers() []string { return []string{"addgroup", "adduser", "groupadd", "useradd"} }

// Names under which this program starts itself.
const (
	RoleEnter   = "machine-enter"   // assembles a root, enters it, becomes init
	RoleInit    = "machine-init"    // first process of a machine
	RoleKeeper  = "machine-keeper"  // init where no namespaces can be had
	RoleConfine = "machine-confine" // confines itself, then becomes another program
	RoleCopy    = "machine-copy"    // copies a disk
	RoleHold    = "machine-hold"    // holds a user namespace open for a moment
	RoleFiles   = "machine-files"   // serves SFTP to one session
)

// ShownEtc are the parts of the host's /etc that a machine is shown and has no
// copy of: they are links and certificates by the hundred, and the same on
// every machine.
func ShownEtc() []string { return []string{"/etc/alternatives", "/etc/ssl/certs"} }

// Addresses inside a machine.
const (
	MetadataAddress = "169.254.169.254"
	OutboundAddress = "127.0.0.1:3128"
)
