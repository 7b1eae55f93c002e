//go:build linux

package guest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/cloudinit"
	"gekko/local/machine/guest/command"
	"gekko/local/machine/guest/process"
	"gekko/local/machine/guest/sshd"
	"gekko/local/machine/guest/unit"
)

// system is a machine from inside: its init, and all that init does. Where no
// namespaces can be had it is the keeper outside, with the same duties.
type system struct {
	*process.System
	host  *control.Conn
	units *unit.Supervisor
	login process.User
	ssh   *sshd.Server
	first *cloudinit.FirstBoot

	ending sync.Once
	ended  chan control.End

	planning sync.Mutex
	planned  *time.Timer // a shutdown; nil: none
}

// initMain is the first process of a machine, in its own root.
func initMain() error {
	fd, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	sealed := os.NewFile(uintptr(fd), "config")
	var c control.Config
	if err := json.NewDecoder(sealed).Decode(&c); err != nil {
		return err
	}
	sealed.Close()
	host, err := control.New(os.NewFile(3, "control"))
	if err != nil {
		return err
	}
	unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
	return (&system{System: process.New(c), host: host}).live()
}

// live boots, serves until the machine ends, and ends it.
func (s *system) live() error {
	s.ended = make(chan control.End, 1)
	listeners, err := s.boot()
	if err != nil {
		s.host.Send(control.Message{Op: control.Ready, Error: err.Error()})
		return err
	}
	if err := s.host.Send(control.Message{Op: control.Ready}, listeners...); err != nil {
		return err
	}
	control.CloseAll(listeners)
	go s.hear()
	go s.count()
	go s.units.StartAll()
	go s.first.Finish()
	end := <-s.ended
	s.stop()
	if end != control.Halted {
		s.host.Send(control.Message{Op: control.Ended, End: end})
	}
	return nil
}

// boot does what must be done before anybody can log in.
func (s *system) boot() ([]*os.File, error) {
	var listeners []*os.File
	if s.Config.Confine == control.Namespaces {
		if err := unix.Sethostname([]byte(s.Config.Hostname)); err != nil {
			return nil, err
		}
		if err := raiseNetwork(); err != nil {
			return nil, err
		}
		var err error
		if listeners, err = listenForHost(); err != nil {
			return nil, err
		}
	}
	if err := command.Serve(s.System, s.answer); err != nil {
		return nil, err
	}
	if s.Config.Confine != control.Namespaces {
		if err := s.lay(); err != nil {
			return nil, err
		}
	}
	if err := s.identity(); err != nil {
		return nil, err
	}
	s.units = unit.New(s.System, s.power)
	s.first = cloudinit.New(s.System, s.login, s.power)
	if err := s.first.Begin(); err != nil {
		return nil, err
	}
	var err error
	if s.ssh, err = sshd.New(s.System); err != nil {
		return nil, err
	}
	if s.Config.Confine == control.Namespaces {
		l, err := net.Listen("tcp", ":22")
		if err != nil {
			return nil, err
		}
		go s.ssh.Listen(l)
	}
	return listeners, nil
}

// identity writes what differs from machine to machine, and is made anew at
// each boot.
func (s *system) identity() error {
	name := s.Config.Hostname
	var environment []byte
	for _, v := range s.Environment() {
		environment = append(environment, v+"\n"...)
	}
	for path, text := range map[string]string{
		"/etc/hostname":    name + "\n",
		"/etc/hosts":       "127.0.0.1 localhost " + name + "\n::1 localhost ip6-localhost\n169.254.169.254 instance-data\n",
		"/etc/environment": string(environment),
	} {
		if err := os.WriteFile(s.Path(path), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if s.Config.Boot.User == "" {
		s.Config.Boot.User = s.Config.Base.User
	}
	return s.findLogin()
}

// findLogin makes the login user if the image has none of that name.
func (s *system) findLogin() error {
	if s.Config.Boot.User == "" {
		s.Config.Boot.User = "root"
	}
	var err error
	if s.login, err = process.LookUp(s.Config.Root, s.Config.Boot.User); err == nil {
		return nil
	}
	id, name := control.LoginUser, s.Config.Boot.User
	if !s.Config.Mapped {
		id = 0
	}
	home := "/home/" + name
	err = errors.Join(
		appendTo(s.Path("/etc/passwd"), fmt.Sprintf("%s:x:%d:%d::%s:/bin/bash\n", name, id, id, home)),
		appendTo(s.Path("/etc/group"), fmt.Sprintf("%s:x:%d:\n", name, id)),
		os.MkdirAll(s.Path(home), 0o755))
	if err == nil && s.Config.Mapped {
		err = os.Lchown(s.Path(home), id, id)
	}
	if err != nil {
		return fmt.Errorf("login user %s: %w", name, err)
	}
	s.login, err = process.LookUp(s.Config.Root, name)
	return err
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// hear does what the host asks. When the host is gone, so are we.
func (s *system) hear() {
	for {
		var m control.Message
		files, err := s.host.Receive(&m)
		if err != nil {
			s.KillAll()
			os.Exit(1)
		}
		switch m.Op {
		case control.Dial:
			go s.dial(m)
		case control.SSH:
			for _, f := range files {
				if conn, err := net.FileConn(f); err == nil {
					go s.ssh.Serve(conn)
				}
			}
		case control.Shutdown:
			s.end(control.Halted)
		}
		control.CloseAll(files)
	}
}

func (s *system) dial(m control.Message) {
	answer := control.Message{Op: control.Dial, ID: m.ID}
	f, err := dialInside(m.Port)
	if err != nil {
		answer.Error = err.Error()
		if errors.Is(err, syscall.ECONNREFUSED) {
			answer.Error = syscall.ECONNREFUSED.Error()
		}
		s.host.Send(answer)
		return
	}
	defer f.Close()
	s.host.Send(answer, f)
}

// end begins the machine's end; the first reason counts.
func (s *system) end(e control.End) {
	s.ending.Do(func() { s.ended <- e })
}

// stop ends services, then everything else.
func (s *system) stop() {
	s.Say("stopping")
	s.planEnd(0, 0)
	s.units.StopAll()
	s.SignalAll(unix.SIGTERM)
	s.awaitEnd()
	s.KillAll()
	s.Say("off")
}

// awaitEnd waits until no process is left, or not much longer, and names those
// that did not listen.
func (s *system) awaitEnd() {
	deadline := time.NewTimer(control.KillTime)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		left := s.Running()
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			s.Say("killing %s", strings.Join(left, ", "))
			return
		}
	}
}

// count tells the host every second how much processor time was used.
func (s *system) count() {
	for range time.Tick(time.Second) {
		if s.host.Send(control.Message{Op: control.Processor, Used: s.Used()}) != nil {
			return
		}
	}
}
