//go:build linux

package machine

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
)

// commandNames are the programs that init itself answers, in a machine's PATH
// before /usr and, where that can be overlaid, in place of the host's.
func commandNames() []string {
	return slices.Concat([]string{
		"cloud-init", "halt", "journalctl", "poweroff", "reboot", "shutdown", "sudo", "su", "sysctl", "systemctl", "systemd-run",
	}, packageManagers(), userManagers())
}

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

// socketPath is where this process's machine listens for commands, if it is
// in one.
func socketPath() string {
	path := runDir + "/socket"
	if dir := os.Getenv("MACHINE_RUN"); dir != "" {
		path = filepath.Join(dir, "socket")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Type() != os.ModeSocket {
		return ""
	}
	return path
}

// ask hands a command over to init, and gives its exit status.
func ask(socket, name string) int {
	status, err := handOver(socket, name)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	return status
}

func handOver(socket, name string) (int, error) {
	conn, err := net.DialUnix("unixpacket", nil, &net.UnixAddr{Name: socket, Net: "unixpacket"})
	if err != nil {
		return 1, errors.New("the system is going down")
	}
	c := &control{conn: conn, buf: make([]byte, packetSize)}
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	if err := c.send(call{Name: name, Args: os.Args[1:], Env: os.Environ(), Dir: dir}, os.Stdin, os.Stdout, os.Stderr); err != nil {
		return 1, err
	}
	go func() {
		for s := range signals {
			c.send(reply{Signal: s.(syscall.Signal)})
		}
	}()
	var r reply
	if _, err := c.receive(&r); err != nil {
		if errors.Is(err, io.EOF) {
			return 1, errors.New("the system went down")
		}
		return 1, err
	}
	return r.Status, nil
}

// serveCommands answers commands at the socket that they find in Run.
func (s *system) serveCommands() error {
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
			go s.hearCommand(conn)
		}
	}()
	return nil
}

func (s *system) hearCommand(conn *net.UnixConn) {
	defer conn.Close()
	control := &control{conn: conn, buf: make([]byte, packetSize)}
	var c call
	files, err := control.receive(&c)
	defer closeAll(files)
	if err != nil || len(files) != 3 {
		return
	}
	c.files = [3]*os.File(files)
	if c.uid, err = peer(conn); err != nil {
		return
	}
	signals := make(chan syscall.Signal, 8)
	c.signals = signals
	go func() {
		defer close(signals)
		for {
			var r reply
			if _, err := control.receive(&r); err != nil {
				signals <- unix.SIGHUP // it was killed
				return
			}
			signals <- r.Signal
		}
	}()
	control.send(reply{Status: s.answer(&c)})
}

// peer asks the kernel whose process is at the other end.
func peer(conn *net.UnixConn) (int, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err = errors.Join(err, failed); err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
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
	if slices.Contains(packageManagers(), c.Name) {
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
func (s *system) root(c *call) bool { return c.uid == 0 || s.config.Confine != Namespaces }

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
