//go:build linux

package guest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// call is a command that a process of the machine ran.
type call struct {
	Name string   `json:"name"`
	Args []string `json:"args"`
	Env  []string `json:"env"`
	Dir  string   `json:"dir"`

	uid     int // of who ran it, as the kernel says
	files   [3]*os.File
	signals <-chan syscall.Signal
}

// reply tells a command how it ended; signal, in the other direction, what
// reached it meanwhile.
type reply struct {
	Status int            `json:"status"`
	Signal syscall.Signal `json:"signal,omitempty"`
}

// reachInit gives a connection to the init of this process's machine; nil: it
// is in none. In a root of its own that is a socket in the file system; where
// none is to be had, a socket that all processes of the machine inherit, as
// they may open no others.
func reachInit() *control.Conn {
	if os.Getenv("MACHINE_RUN") != "" {
		return reachKeeper()
	}
	conn, err := net.DialUnix("unixpacket", nil, &net.UnixAddr{Name: control.RunDir + "/socket", Net: "unixpacket"})
	if err != nil {
		return nil
	}
	return control.Over(conn)
}

func reachKeeper() *control.Conn {
	spare, err := unix.FcntlInt(control.KeeperSocket, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	shared, err := control.New(os.NewFile(uintptr(spare), "keeper"))
	if err != nil {
		return nil
	}
	defer shared.Close()
	ours, theirs, err := control.Pair()
	if err != nil {
		return nil
	}
	defer theirs.Close()
	if shared.Send(control.Message{Op: control.Command}, theirs) != nil {
		return nil
	}
	return ours
}

// ask hands a command over to init, and gives its exit status.
func ask(c *control.Conn, name string) int {
	status, err := handOver(c, name)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	return status
}

func handOver(c *control.Conn, name string) (int, error) {
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	if err := c.Send(call{Name: name, Args: os.Args[1:], Env: os.Environ(), Dir: dir}, os.Stdin, os.Stdout, os.Stderr); err != nil {
		return 1, err
	}
	go func() {
		for s := range signals {
			c.Send(reply{Signal: s.(syscall.Signal)})
		}
	}()
	var r reply
	if _, err := c.Receive(&r); err != nil {
		if errors.Is(err, io.EOF) {
			return 1, errors.New("the system went down")
		}
		return 1, err
	}
	return r.Status, nil
}

// serveCommands answers the machine's commands.
func (s *system) serveCommands() error {
	if s.config.Confine != control.Namespaces {
		return s.serveInherited()
	}
	path := filepath.Join(s.config.Run, "socket")
	l, err := net.ListenUnix("unixpacket", &net.UnixAddr{Name: path, Net: "unixpacket"})
	if err != nil {
		return fmt.Errorf("command socket: %w", err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		return err
	}
	go func() {
		for {
			conn, err := l.AcceptUnix()
			if err != nil {
				return
			}
			go s.hearCommand(control.Over(conn))
		}
	}()
	return nil
}

// serveInherited takes connections that commands send over a shared socket.
func (s *system) serveInherited() error {
	ours, theirs, err := control.Pair()
	if err != nil {
		return err
	}
	s.inherited = theirs
	go func() {
		for {
			var m control.Message
			files, err := ours.Receive(&m)
			if err != nil {
				return
			}
			if len(files) != 1 {
				control.CloseAll(files)
				continue
			}
			if c, err := control.New(files[0]); err == nil {
				go s.hearCommand(c)
			}
		}
	}()
	return nil
}

func (s *system) hearCommand(from *control.Conn) {
	defer from.Close()
	var c call
	files, err := from.Receive(&c)
	defer control.CloseAll(files)
	if err != nil || len(files) != 3 {
		return
	}
	c.files = [3]*os.File(files)
	if c.uid, err = from.Peer(); err != nil {
		return
	}
	signals := make(chan syscall.Signal, 8)
	c.signals = signals
	go func() {
		defer close(signals)
		for {
			var r reply
			if _, err := from.Receive(&r); err != nil {
				signals <- unix.SIGHUP // it was killed
				return
			}
			signals <- r.Signal
		}
	}()
	from.Send(reply{Status: s.answer(&c)})
}

// answer carries a command out and gives its exit status.
func (s *system) answer(c *call) int {
	switch c.Name {
	case "sudo":
		return s.sudo(c)
	case "su":
		return s.su(c)
	case "systemctl":
		return s.systemctl(c)
	case "systemd-run":
		return s.systemdRun(c)
	case "journalctl":
		return s.journalctl(c)
	case "shutdown", "poweroff", "halt", "reboot":
		return s.power(c)
	case "cloud-init":
		return s.cloudInit(c)
	case "sysctl":
		return s.sysctl(c)
	}
	if slices.Contains(control.PackageManagers(), c.Name) {
		return s.packages(c)
	}
	return s.manageUsers(c)
}

func (c *call) print(format string, args ...any) { fmt.Fprintf(c.files[1], format+"\n", args...) }

// fail says why a command ends with a status.
func (c *call) fail(status int, format string, args ...any) int {
	fmt.Fprintf(c.files[2], c.Name+": "+format+"\n", args...)
	return status
}

// root says whether root ran it. Where users cannot be told apart, who may use
// the socket is the machine's root.
func (s *system) root(c *call) bool { return c.uid == 0 || s.config.Confine != control.Namespaces }

func (c *call) variable(name string) string {
	for _, v := range c.Env {
		if n, value, _ := strings.Cut(v, "="); n == name {
			return value
		}
	}
	return ""
}

// follow passes signals on to a program that runs for a command, until it ends.
func (c *call) follow(ch *child) int {
	for {
		select {
		case status := <-ch.done:
			return exitCode(status)
		case signal, ok := <-c.signals:
			if !ok {
				c.signals = nil
				continue
			}
			ch.signal(signal)
		}
	}
}
