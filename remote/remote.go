// Package remote is the SSH session that a bake works through: a connection to
// a host whose key is known before, commands with their output line by line,
// and files brought over.
//
// It knows SSH and shells, and nothing of clouds or of what is run.
package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"gekko"
)

// Kinds of failures to reach a host. Both may pass while a machine boots, whose
// SSH server is up before its keys are in place.
var (
	// ErrHostKey is a host that could not prove that it is the one meant.
	ErrHostKey = errors.New("host key differs from the one that went in by user data")
	// ErrLogin is a host that does not let this user in with these keys.
	ErrLogin = errors.New("login refused")
)

// Host is a machine to reach, and as whom.
type Host struct {
	Address string // host:port
	User    string
	Key     ssh.PublicKey // the host's own; no other host is talked to
	Login   ssh.Signer
}

// Session is a connection to a host. It is safe for concurrent use.
type Session struct {
	client *ssh.Client
	user   string
	stop   func()
}

// Times of a connection.
const (
	connectTime   = 10 * time.Second // TCP
	handshakeTime = 20 * time.Second // keys and login
	aliveEvery    = 15 * time.Second
	aliveMisses   = 3
)

// Dial connects and logs in. Only the algorithm of the pinned key is asked for,
// and a host with another key is ErrHostKey before anything is signed for it.
func Dial(ctx context.Context, h Host) (*Session, error) {
	dialer := net.Dialer{Timeout: connectTime}
	conn, err := dialer.DialContext(ctx, "tcp", h.Address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", gekko.ErrUnavailable, err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := conn.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		conn.Close()
		return nil, err
	}
	proved := false
	transport, channels, requests, err := ssh.NewClientConn(conn, h.Address, &ssh.ClientConfig{
		User:              h.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(h.Login)},
		HostKeyAlgorithms: []string{h.Key.Type()},
		HostKeyCallback:   pinned(h.Key, &proved),
	})
	if err != nil {
		conn.Close()
		return nil, handshakeError(ctx, h, err, proved)
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		conn.Close()
		return nil, err
	}
	s := &Session{client: ssh.NewClient(transport, channels, requests), user: h.User}
	s.stop = sync.OnceFunc(s.keepAlive())
	return s, nil
}

// handshakeError tells the ways apart in which a handshake fails.
func handshakeError(ctx context.Context, h Host, err error, proved bool) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, noneInCommon := errors.AsType[*ssh.AlgorithmNegotiationError](err)
	var timeout net.Error
	switch {
	case errors.Is(err, ErrHostKey):
		return fmt.Errorf("%s: %w", h.Address, ErrHostKey)
	case noneInCommon:
		return fmt.Errorf("%s: %w: it has no key of type %s", h.Address, ErrHostKey, h.Key.Type())
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("%s: %w: no answer to the SSH handshake in %v", h.Address, gekko.ErrUnavailable, handshakeTime)
	case proved:
		return fmt.Errorf("%s: %w for user %s: %w", h.Address, ErrLogin, h.User, err)
	}
	return fmt.Errorf("%s: %w: %w", h.Address, gekko.ErrUnavailable, err)
}

// keepAlive asks the host now and then whether it is there and ends the
// connection if it stays silent, so that a lost host does not look like a
// recipe that takes its time.
func (s *Session) keepAlive() (stop func()) {
	quit := make(chan struct{})
	go func() {
		answered := make(chan struct{}, 1)
		misses := 0
		for {
			select {
			case <-quit:
				return
			case <-answered:
				misses = 0
				continue
			case <-time.After(aliveEvery):
			}
			if misses++; misses > aliveMisses {
				s.client.Close()
				return
			}
			go func() {
				if _, _, err := s.client.SendRequest("keepalive@openssh.com", true, nil); err == nil {
					select {
					case answered <- struct{}{}:
					default:
					}
				}
			}()
		}
	}()
	return func() { close(quit) }
}

// Close ends the connection.
func (s *Session) Close() error {
	s.stop()
	return s.client.Close()
}
