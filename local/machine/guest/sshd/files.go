//go:build linux

package sshd

import (
	"errors"
	"io"
	"os"

	"github.com/pkg/sftp"
)

// ServeFiles is the SFTP subsystem of one session, as a process of its user.
func ServeFiles() error {
	server, err := sftp.NewServer(stdio{})
	if err != nil {
		return err
	}
	if err := server.Serve(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// stdio is what a session's program reads and writes.
type stdio struct{}

func (stdio) Read(p []byte) (int, error)  { return os.Stdin.Read(p) }
func (stdio) Write(p []byte) (int, error) { return os.Stdout.Write(p) }
func (stdio) Close() error                { return os.Stdout.Close() }
