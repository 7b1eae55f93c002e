//go:build linux

package sshd

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/process"
)

// session is one command, shell or file transfer of a user who has logged in.
type session struct {
	system  *process.System
	user    process.User
	channel ssh.Channel
	remote  net.Addr
	env     []string

	replying sync.Mutex // held while a request has no reply yet
	mu       sync.Mutex
	terminal *terminal // nil: none was asked for
	child    *process.Child
}

// drainTime is how long output is still passed on after the command itself
// has ended but left others that hold its output open.
const drainTime = 2 * time.Second

func (s *session) serve(requests <-chan *ssh.Request) {
	for r := range requests {
		s.replying.Lock()
		ok := s.answer(r)
		if r.WantReply {
			r.Reply(ok, nil)
		}
		s.replying.Unlock()
	}
	// The client is gone: a terminal that hangs up ends what runs on it.
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.terminal != nil {
		s.terminal.close()
	}
}

func (s *session) answer(r *ssh.Request) bool {
	switch r.Type {
	case "env":
		var v struct{ Name, Value string }
		if ssh.Unmarshal(r.Payload, &v) == nil && (v.Name == "LANG" || strings.HasPrefix(v.Name, "LC_")) {
			s.env = append(s.env, v.Name+"="+v.Value)
			return true
		}
	case "pty-req":
		return s.openTerminal(r.Payload)
	case "window-change":
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.terminal != nil && s.terminal.resize(r.Payload)
	case "shell":
		return s.run([]string{s.user.LoginShell(), "-l"})
	case "exec":
		var e struct{ Command string }
		return ssh.Unmarshal(r.Payload, &e) == nil && s.run([]string{s.user.LoginShell(), "-c", e.Command})
	case "subsystem":
		var e struct{ Name string }
		return ssh.Unmarshal(r.Payload, &e) == nil && e.Name == "sftp" && s.run([]string{control.RoleFiles})
	case "signal":
		var e struct{ Name string }
		return ssh.Unmarshal(r.Payload, &e) == nil && s.signal(e.Name)
	}
	return false
}

func (s *session) signal(name string) bool {
	number := unix.SignalNum("SIG" + name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if number == 0 || s.child == nil {
		return false
	}
	s.child.Signal(number)
	return true
}

func (s *session) openTerminal(payload []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.terminal != nil {
		return false // one is all that a session has
	}
	t, err := newTerminal(payload, s.user)
	if err != nil {
		s.system.Say("sshd: terminal: %v", err)
		return false
	}
	s.terminal = t
	s.env = append(s.env, "TERM="+t.kind, "SSH_TTY="+t.name)
	return true
}

// run starts the session's one program.
func (s *session) run(args []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child != nil {
		return false
	}
	env := append(s.system.UserEnvironment(s.user), s.env...)
	if host, port, err := net.SplitHostPort(fmt.Sprint(s.remote)); err == nil {
		env = append(env, "SSH_CLIENT="+host+" "+port+" 22", "SSH_CONNECTION="+host+" "+port+" "+s.system.Config.Address+" 22")
	}
	p := process.Program{Args: args, Env: env, Dir: s.system.Home(s.user), User: s.user}
	if _, err := os.Stat(p.Dir); err != nil {
		p.Dir = s.system.Path("/")
	}
	begin := s.withPipes
	if s.terminal != nil {
		begin = s.withTerminal
	}
	if err := begin(p); err != nil {
		fmt.Fprintf(s.channel.Stderr(), "%v\n", err)
		go s.exit(127)
	}
	return true
}

func (s *session) withTerminal(p process.Program) error {
	tty := s.terminal.slave
	p.Files, p.TTY = [3]*os.File{tty, tty, tty}, true
	c, err := s.system.Start(p)
	tty.Close()
	if err != nil {
		return err
	}
	s.child = c
	go io.Copy(s.terminal.master, s.channel)
	output := make(chan struct{})
	go func() {
		io.Copy(s.channel, s.terminal.master)
		close(output)
	}()
	go s.finish(output)
	return nil
}

func (s *session) withPipes(p process.Program) error {
	var ours [3]*os.File
	for i := range ours {
		r, w, err := os.Pipe()
		if err != nil {
			return errors.Join(err, closeEach(ours[:], p.Files[:]))
		}
		ours[i], p.Files[i] = r, w
		if i == 0 {
			ours[i], p.Files[i] = w, r
		}
	}
	c, err := s.system.Start(p)
	closeEach(p.Files[:])
	if err != nil {
		return errors.Join(err, closeEach(ours[:]))
	}
	s.child = c
	go func() {
		io.Copy(ours[0], s.channel)
		ours[0].Close()
	}()
	var copies sync.WaitGroup
	copies.Go(func() { io.Copy(s.channel, ours[1]) })
	copies.Go(func() { io.Copy(s.channel.Stderr(), ours[2]) })
	output := make(chan struct{})
	go func() {
		copies.Wait()
		close(output)
	}()
	go func() {
		s.finish(output)
		closeEach(ours[:])
	}()
	return nil
}

func closeEach(lists ...[]*os.File) error {
	for _, files := range lists {
		for _, f := range files {
			if f != nil {
				f.Close()
			}
		}
	}
	return nil
}

// finish tells the client how the program ended, after all that it wrote.
func (s *session) finish(output <-chan struct{}) {
	status := <-s.child.Done
	timer := time.NewTimer(drainTime)
	defer timer.Stop()
	select {
	case <-output:
	case <-timer.C:
	}
	if status.Signaled() {
		s.end("exit-signal", ssh.Marshal(struct {
			Signal     string
			Core       bool
			Text, Lang string
		}{strings.TrimPrefix(unix.SignalName(syscall.Signal(status.Signal())), "SIG"), false, "", ""}))
		return
	}
	s.exit(status.ExitStatus())
}

func (s *session) exit(status int) {
	s.end("exit-status", ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
}

// end tells how the program ended, after the reply to the request that began
// it: a channel that is closed earlier reads as a connection that broke.
func (s *session) end(how string, payload []byte) {
	s.replying.Lock()
	defer s.replying.Unlock()
	s.channel.SendRequest(how, false, payload)
	s.channel.Close()
}
