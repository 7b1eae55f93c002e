// Package machine is what an instance of the embedded cloud is: a computer
// that boots, runs services, answers on its ports, and ends.
//
// It comes in two kinds. A Host makes real ones: processes in namespaces of
// their own, or, where none can be had, processes confined by Landlock. A Func
// is one that a function stands for, for tests in virtual time. The package
// knows nothing of AWS's API, and nothing of groups, balancers or images: it
// is told what to start from and where to freeze a disk. It keeps machines from
// outside; what runs in them is package guest's.
package machine

import (
	"context"
	"net"
	"net/netip"
	"time"

	"gekko/local/machine/control"
)

// Machine is one instance's computer. It is safe for concurrent use.
type Machine interface {
	// Boot starts it and returns once it serves its ports. ended is called
	// once, from another goroutine, when it is off again; not if Boot fails.
	Boot(ctx context.Context, b Boot, ended func(End)) error
	// Shutdown stops services in order, sends TERM, then KILL within some
	// seconds, and returns when it is off: ended(Halted).
	Shutdown(ctx context.Context)
	// Kill ends it at once: ended(Halted).
	Kill()
	// Dial connects to a port as seen from inside.
	Dial(ctx context.Context, port int) (net.Conn, error)
	// Console gives the last 64 KiB of console output.
	Console() []byte
	// CPU is the processor time used since the first boot, at most some
	// seconds old. It does not block.
	CPU() time.Duration
	// Freeze copies its disk into the folder dir, which does not exist yet.
	Freeze(ctx context.Context, dir string) error
	// Remove ends it and deletes its disk.
	Remove() error
}

// End is why a machine is off.
type End = control.End

// The ways in which a machine ends.
const (
	PoweredOff = control.PoweredOff // from inside: shutdown -h, poweroff
	Rebooting  = control.Rebooting  // from inside: reboot; whoever booted it boots it again
	Halted     = control.Halted     // by Shutdown, Kill or Remove
	Crashed    = control.Crashed    // its init died
)

// Spec is what a machine is, for as long as it exists.
type Spec struct {
	ID      string     // i-...
	Address netip.Addr // its own loopback address; its SSH answers there outside
	Image   string     // folder of a frozen disk; empty: Base
	Base    string     // name of a base image (Bases)

	Zone, Region, Type string

	// Metadata answers a path below /latest/, e.g. "meta-data/instance-id" or
	// "user-data". It is called from any goroutine; nil answers nothing.
	Metadata func(path string) (value string, ok bool)
	// TokensRequired says whether metadata is given to token bearers alone
	// (IMDSv2); nil: no.
	TokensRequired func() bool
}

// Boot is what one start of a machine is given.
type Boot = control.Boot

// Base is an image that is made on the fly, of the host's own /usr.
type Base = control.Base

// Bases gives the images that machines can start from before any was frozen.
func Bases() []Base {
	return []Base{
		{
			Name: "debian-12-amd64-20261101-2280", Description: "Debian 12 (bookworm), embedded", User: "admin",
			OSRelease: "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\nHOME_URL=\"https://www.debian.org/\"\n",
		},
		{
			Name: "al2023-ami-2023.9.20261101.0-kernel-6.1-x86_64", Description: "Amazon Linux 2023, embedded", User: "ec2-user",
			OSRelease: "NAME=\"Amazon Linux\"\nVERSION=\"2023\"\nID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2023\"\nPLATFORM_ID=\"platform:al2023\"\nPRETTY_NAME=\"Amazon Linux 2023\"\nHOME_URL=\"https://aws.amazon.com/linux/amazon-linux-2023/\"\n",
		},
	}
}
