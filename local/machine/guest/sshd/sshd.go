//go:build linux

// Package sshd is a machine's SSH server: its host keys, logins, sessions and
// file transfers. It knows nothing of how a machine boots, nor of its units.
package sshd

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/ssh"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/process"
)

// Server lets users in whose key is in their authorized_keys; there is no
// other way to log in.
type Server struct {
	system *process.System
	config *ssh.ServerConfig
}

const loginTime = 30 * time.Second // between connecting and having logged in

// New makes a server with the machine's host keys, which it makes if there are
// none.
func New(s *process.System) (*Server, error) {
	d := &Server{system: s}
	d.config = &ssh.ServerConfig{
		ServerVersion:     "SSH-2.0-OpenSSH_9.2 embedded",
		PublicKeyCallback: d.authorize,
		MaxAuthTries:      20, // agents offer all their keys
	}
	keys, err := hostKeys(s.Path("/etc/ssh"))
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		d.config.AddHostKey(key)
	}
	return d, nil
}

// authorize looks at the file anew each time: a recipe may have changed it.
func (d *Server) authorize(conn ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	s := d.system
	u, err := process.LookUp(s.Config.Root, conn.User())
	if err != nil {
		return nil, err
	}
	file, err := os.ReadFile(filepath.Join(s.Home(u), ".ssh/authorized_keys"))
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(file) {
		known, _, _, _, err := ssh.ParseAuthorizedKey(line)
		if err == nil && bytes.Equal(known.Marshal(), key.Marshal()) {
			return nil, nil
		}
	}
	return nil, fmt.Errorf("user %s: the key is not in authorized_keys", u.Name)
}

// Listen serves what a listener accepts, until it is closed.
func (d *Server) Listen(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go d.Serve(conn)
	}
}

// Serve speaks SSH on a connection until it ends.
func (d *Server) Serve(conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(loginTime))
	server, channels, requests, err := ssh.NewServerConn(conn, d.config)
	if err != nil {
		return
	}
	conn.SetDeadline(time.Time{})
	u, err := process.LookUp(d.system.Config.Root, server.User())
	if err != nil {
		return
	}
	go answerKeepAlives(requests)
	for c := range channels {
		switch c.ChannelType() {
		case "session":
			channel, requests, err := c.Accept()
			if err != nil {
				return
			}
			go (&session{system: d.system, user: u, channel: channel, remote: conn.RemoteAddr()}).serve(requests)
		case "direct-tcpip":
			go d.forward(c)
		default:
			c.Reject(ssh.UnknownChannelType, "only sessions and forwarded connections are served")
		}
	}
}

func answerKeepAlives(requests <-chan *ssh.Request) {
	for r := range requests {
		if r.WantReply {
			r.Reply(r.Type == "keepalive@openssh.com", nil)
		}
	}
}

// forward connects to a port of the machine for a client (ssh -L).
func (d *Server) forward(c ssh.NewChannel) {
	var to struct {
		Host       string
		Port       uint32
		Originator string
		From       uint32
	}
	if err := ssh.Unmarshal(c.ExtraData(), &to); err != nil {
		c.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	if d.system.Config.Confine != control.Namespaces {
		c.Reject(ssh.Prohibited, "the machine's network is its host's, so nothing is forwarded into it")
		return
	}
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(to.Host, fmt.Sprint(to.Port)), loginTime)
	if err != nil {
		c.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	channel, requests, err := c.Accept()
	if err != nil {
		conn.Close()
		return
	}
	go ssh.DiscardRequests(requests)
	control.Join(channel, conn.(*net.TCPConn))
}
