// Package remotetest is an SSH server for tests: it runs commands by this
// machine's shell, with an environment that the test gives. Only tests import
// it.
package remotetest

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os/exec"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"
)

// Server is an SSH server on a loopback port.
type Server struct {
	Addr string // host:port
	Port int

	env []string

	mu      sync.Mutex
	hostKey ssh.Signer
	user    string
	login   ssh.PublicKey
	signed  int // how often somebody was let in, or tried to be
}

// Serve starts a server that ends with the test. Commands run with env and
// nothing else.
func Serve(t testing.TB, hostKey ssh.Signer, user string, login ssh.PublicKey, env ...string) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: l.Addr().String(), Port: l.Addr().(*net.TCPAddr).Port, env: env, hostKey: hostKey, user: user, login: login}
	var all sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			all.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for conn := range open {
			conn.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return s
}

// Become changes who the server is and whom it lets in, as a boot does.
func (s *Server) Become(hostKey ssh.Signer, login ssh.PublicKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hostKey, s.login = hostKey, login
}

// Tried counts the keys that were offered to it.
func (s *Server) Tried() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signed
}

func (s *Server) config() *ssh.ServerConfig {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &ssh.ServerConfig{
		PublicKeyCallback: func(who ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.signed++
			if who.User() != s.user || !bytes.Equal(key.Marshal(), s.login.Marshal()) {
				return nil, fmt.Errorf("user %s is not let in", who.User())
			}
			return nil, nil
		},
	}
	c.AddHostKey(s.hostKey)
	return c
}

func (s *Server) serve(conn net.Conn) {
	defer conn.Close()
	server, channels, requests, err := ssh.NewServerConn(conn, s.config())
	if err != nil {
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	var sessions sync.WaitGroup
	defer sessions.Wait()
	for c := range channels {
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		sessions.Go(func() { s.session(channel, requests) })
	}
}

// session runs one command and, like sshd, does not end it with the channel.
func (s *Server) session(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	for r := range requests {
		if r.Type != "exec" {
			r.Reply(false, nil)
			continue
		}
		r.Reply(true, nil)
		var command struct{ Text string }
		if err := ssh.Unmarshal(r.Payload, &command); err != nil {
			return
		}
		channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{s.run(channel, command.Text)}))
		return
	}
}

func (s *Server) run(channel ssh.Channel, command string) uint32 {
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.Env = s.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return 255
	}
	if err := cmd.Start(); err != nil {
		return 255
	}
	go func() {
		io.Copy(stdin, channel)
		stdin.Close()
	}()
	cmd.Wait()
	return uint32(max(cmd.ProcessState.ExitCode(), 0))
}
