//go:build linux

package guest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// system is a machine from inside: its init, and all that init does. Where no
// namespaces can be had it is the keeper outside, with the same duties.
type system struct {
	config control.Config
	host   *control.Conn
	kids   children
	units  *supervisor
	login  user
	ssh    *sshServer
	first  *firstBoot

	// Where no namespaces can be had, what all processes inherit: the commands'
	// way to us, and the caller's Go build cache, which may be nil.
	inherited, hostCache *os.File

	ending sync.Once
	ended  chan control.End
	timers timers
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
	for _, limit := range []int{unix.RLIMIT_CORE} {
		unix.Setrlimit(limit, &unix.Rlimit{})
	}
	os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
	s := &system{config: c, host: host}
	if c.Cache > 0 {
		s.hostCache = os.NewFile(uintptr(c.Cache), "cache")
		unix.CloseOnExec(c.Cache)
	}
	s.kids.reap()
	return s.live()
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
	go s.units.startAll()
	go s.first.finish()
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
	if s.config.Confine == control.Namespaces {
		if err := unix.Sethostname([]byte(s.config.Hostname)); err != nil {
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
	if err := s.serveCommands(); err != nil {
		return nil, err
	}
	if s.config.Confine != control.Namespaces {
		if err := s.lay(); err != nil {
			return nil, err
		}
	}
	if err := s.identity(); err != nil {
		return nil, err
	}
	s.units = newSupervisor(s)
	s.first = newFirstBoot(s)
	if err := s.first.begin(); err != nil {
		return nil, err
	}
	var err error
	if s.ssh, err = newSSHServer(s); err != nil {
		return nil, err
	}
	if s.config.Confine == control.Namespaces {
		l, err := net.Listen("tcp", ":22")
		if err != nil {
			return nil, err
		}
		go s.ssh.listen(l)
	}
	return listeners, nil
}

// identity writes what differs from machine to machine, and is made anew at
// each boot.
func (s *system) identity() error {
	name := s.config.Hostname
	var environment []byte
	for _, v := range s.environment() {
		environment = append(environment, v+"\n"...)
	}
	for path, text := range map[string]string{
		"/etc/hostname":    name + "\n",
		"/etc/hosts":       "127.0.0.1 localhost " + name + "\n::1 localhost ip6-localhost\n169.254.169.254 instance-data\n",
		"/etc/environment": string(environment),
	} {
		if err := os.WriteFile(s.path(path), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if s.config.Boot.User == "" {
		s.config.Boot.User = s.config.Base.User
	}
	return s.findLogin()
}

// findLogin makes the login user if the image has none of that name.
func (s *system) findLogin() error {
	if s.config.Boot.User == "" {
		s.config.Boot.User = "root"
	}
	var err error
	if s.login, err = lookUp(s.config.Root, s.config.Boot.User); err == nil {
		return nil
	}
	id, name := control.LoginUser, s.config.Boot.User
	if !s.config.Mapped {
		id = 0
	}
	home := "/home/" + name
	err = errors.Join(
		appendTo(s.path("/etc/passwd"), fmt.Sprintf("%s:x:%d:%d::%s:/bin/bash\n", name, id, id, home)),
		appendTo(s.path("/etc/group"), fmt.Sprintf("%s:x:%d:\n", name, id)),
		os.MkdirAll(s.path(home), 0o755))
	if err == nil && s.config.Mapped {
		err = os.Lchown(s.path(home), id, id)
	}
	if err != nil {
		return fmt.Errorf("login user %s: %w", name, err)
	}
	s.login, err = lookUp(s.config.Root, name)
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

// path gives where a path of the machine is for us.
func (s *system) path(inside string) string { return filepath.Join(s.config.Root, inside) }

// say writes a line to the console.
func (s *system) say(format string, args ...any) {
	fmt.Fprintf(os.Stdout, "[%s] %s\n", time.Now().UTC().Format(time.TimeOnly), fmt.Sprintf(format, args...))
}

// hear does what the host asks. When the host is gone, so are we.
func (s *system) hear() {
	for {
		var m control.Message
		files, err := s.host.Receive(&m)
		if err != nil {
			s.killAll()
			os.Exit(1)
		}
		switch m.Op {
		case control.Dial:
			go s.dial(m)
		case control.SSH:
			for _, f := range files {
				if conn, err := net.FileConn(f); err == nil {
					go s.ssh.serve(conn)
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
	s.say("stopping")
	s.timers.stop()
	s.units.stopAll()
	s.signalAll(unix.SIGTERM)
	s.awaitEnd()
	s.killAll()
	s.say("off")
}

// awaitEnd waits until no process is left, or not much longer, and names those
// that did not listen.
func (s *system) awaitEnd() {
	deadline := time.NewTimer(control.KillTime)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		left := s.running()
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			s.say("killing %s", strings.Join(left, ", "))
			return
		}
	}
}
