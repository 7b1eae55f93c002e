//go:build linux

package guest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/ssh"

	"gekko/local/machine/control"
)

// sshServer lets users in whose key is in their authorized_keys; there is no
// other way to log in.
type sshServer struct {
	system *system
	config *ssh.ServerConfig
}

const loginTime = 30 * time.Second // between connecting and having logged in

func newSSHServer(s *system) (*sshServer, error) {
	d := &sshServer{system: s}
	d.config = &ssh.ServerConfig{
		ServerVersion:     "SSH-2.0-OpenSSH_9.2 embedded",
		PublicKeyCallback: d.authorize,
		MaxAuthTries:      20, // agents offer all their keys
	}
	keys, err := hostKeys(s.path("/etc/ssh"))
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		d.config.AddHostKey(key)
	}
	return d, nil
}

// authorize looks at the file anew each time: a recipe may have changed it.
func (d *sshServer) authorize(conn ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	s := d.system
	u, err := lookUp(s.config.Root, conn.User())
	if err != nil {
		return nil, err
	}
	file, err := os.ReadFile(filepath.Join(s.home(u), ".ssh/authorized_keys"))
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

func (d *sshServer) listen(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go d.serve(conn)
	}
}

// serve speaks SSH on a connection until it ends.
func (d *sshServer) serve(conn net.Conn) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(loginTime))
	server, channels, requests, err := ssh.NewServerConn(conn, d.config)
	if err != nil {
		return
	}
	conn.SetDeadline(time.Time{})
	u, err := lookUp(d.system.config.Root, server.User())
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
func (d *sshServer) forward(c ssh.NewChannel) {
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
	if d.system.config.Confine != control.Namespaces {
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
