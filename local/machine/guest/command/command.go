//go:build linux

// Package command carries commands such as sudo or systemctl from the processes
// that run them to their machine's init, and the exit status back. It knows
// nothing of what any of them does.
package command

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/process"
)

// Call is a command that a process of the machine ran.
type Call struct {
	Name string   `json:"name"`
	Args []string `json:"args"`
	Env  []string `json:"env"`
	Dir  string   `json:"dir"`

	UID     int `json:"-"` // of who ran it, as the kernel says
	root    bool
	Files   [3]*os.File `json:"-"`
	signals <-chan syscall.Signal
}

// reply tells a command how it ended; signal, in the other direction, what
// reached it meanwhile.
type reply struct {
	Status int            `json:"status"`
	Signal syscall.Signal `json:"signal,omitempty"`
}

// Reach gives a connection to the init of this process's machine; nil: it
// is in none. In a root of its own that is a socket in the file system; where
// none is to be had, a socket that all processes of the machine inherit, as
// they may open no others.
func Reach() *control.Conn {
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

// Ask hands a command over to init, and gives its exit status.
func Ask(c *control.Conn, name string) int {
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
	if err := c.Send(Call{Name: name, Args: os.Args[1:], Env: os.Environ(), Dir: dir}, os.Stdin, os.Stdout, os.Stderr); err != nil {
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

// server is the machine's end of commands.
type server struct {
	system *process.System
	answer func(*Call) int
}

// Serve has the machine's commands answered, with their exit status.
func Serve(s *process.System, answer func(*Call) int) error {
	return (&server{s, answer}).serve()
}

// serve answers the machine's commands.
func (s *server) serve() error {
	if s.system.Config.Confine != control.Namespaces {
		return s.serveInherited()
	}
	path := filepath.Join(s.system.Config.Run, "socket")
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
func (s *server) serveInherited() error {
	ours, theirs, err := control.Pair()
	if err != nil {
		return err
	}
	s.system.Inherited = theirs
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

func (s *server) hearCommand(from *control.Conn) {
	defer from.Close()
	var c Call
	files, err := from.Receive(&c)
	defer control.CloseAll(files)
	if err != nil || len(files) != 3 {
		return
	}
	c.Files = [3]*os.File(files)
	if c.UID, err = from.Peer(); err != nil {
		return
	}
	// Where users cannot be told apart, who may use the socket is the machine's
	// root.
	c.root = c.UID == 0 || s.system.Config.Confine != control.Namespaces
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

// Root says whether root ran it.
func (c *Call) Root() bool { return c.root }

// As is another command by whoever ran this one.
func (c *Call) As(name string) *Call {
	return &Call{Name: name, UID: c.UID, root: c.root, Files: c.Files}
}

// Print writes a line to its standard output.
func (c *Call) Print(format string, args ...any) { fmt.Fprintf(c.Files[1], format+"\n", args...) }

// Fail says why a command ends with a status.
func (c *Call) Fail(status int, format string, args ...any) int {
	fmt.Fprintf(c.Files[2], c.Name+": "+format+"\n", args...)
	return status
}

// Variable gives one of its environment.
func (c *Call) Variable(name string) string {
	for _, v := range c.Env {
		if n, value, _ := strings.Cut(v, "="); n == name {
			return value
		}
	}
	return ""
}

// Follow passes signals on to a program that runs for a command, until it ends.
func (c *Call) Follow(ch *process.Child) int {
	for {
		select {
		case status := <-ch.Done:
			return process.ExitCode(status)
		case signal, ok := <-c.signals:
			if !ok {
				c.signals = nil
				continue
			}
			ch.Signal(signal)
		}
	}
}
