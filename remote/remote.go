// Package remote is the SSH session that a bake works through: a connection to
// a host whose key is known before, commands with their output line by line,
// and files brought over.
//
// It knows SSH and files, and nothing of clouds or of what is run.
package remote

import (
	"context"
	"fmt"
	"io"

	"golang.org/x/crypto/ssh"

	"gekko"
)

// Host is a machine to reach, and as whom.
type Host struct {
	Address string // host:port
	User    string
	Key     ssh.PublicKey // the host's own; no other host is talked to
	Login   []ssh.Signer
}

// Session is a connection to a host. It is safe for concurrent use.
type Session struct{}

// Dial connects and logs in. A host with another key is ErrHostKey.
func Dial(ctx context.Context, h Host) (*Session, error) {
	return nil, fmt.Errorf("%w: not built yet", gekko.ErrInvalid)
}

// Run runs a shell command.
func (s *Session) Run(ctx context.Context, command string, stdin io.Reader, line func(string)) error {
	return nil
}

// Close ends the connection.
func (s *Session) Close() error { return nil }
