package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"gekko"
)

// ExitError is a command that ended with another status than 0.
type ExitError struct {
	Status int
	Signal string // the signal that ended it, without SIG; or empty
}

func (e *ExitError) Error() string {
	if e.Signal != "" {
		return "ended by signal " + e.Signal
	}
	return fmt.Sprintf("exit status %d", e.Status)
}

// killTime is how long a command has to end when it is told to.
const killTime = 5 * time.Second

// Run runs a command by the login shell and tells each line of its output. A
// status other than 0 is an ExitError. If ctx ends, so does the command, with
// all that it started in its own process group.
func (s *Session) Run(ctx context.Context, command string, stdin io.Reader, line func(string)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	session, err := s.client.NewSession()
	if err != nil {
		return fmt.Errorf("%w: %w", gekko.ErrUnavailable, err)
	}
	defer session.Close()
	out := newLines(line)
	defer out.silence() // whoever gave line is done with what it told
	session.Stdin, session.Stdout, session.Stderr = stdin, out.stream(), out.leader()
	if err := session.Start("echo " + leaderMark + "$$ >&2; " + command); err != nil {
		return fmt.Errorf("%w: %w", gekko.ErrUnavailable, err)
	}
	done := make(chan error, 1)
	go func() { done <- session.Wait() }()
	select {
	case err := <-done:
		out.flush()
		return exitError(err)
	case <-ctx.Done():
	}
	// A line of the command may be here before the one that says who leads it.
	late := time.After(killTime)
	select {
	case <-out.known:
	case <-done:
		return ctx.Err()
	case <-late:
	}
	s.kill(session, out.pid())
	select {
	case <-done:
	case <-time.After(killTime):
	}
	return ctx.Err()
}

// kill ends a command. Closing its channel is not enough, as sshd leaves what
// runs without a terminal alone, and not every server knows the protocol's own
// signal request.
func (s *Session) kill(session *ssh.Session, pid string) {
	defer session.Close()
	if err := session.Signal(ssh.SIGTERM); err != nil || pid == "" {
		return
	}
	other, err := s.client.NewSession()
	if err != nil {
		return
	}
	defer other.Close()
	if err := other.Start(s.Root("kill -TERM -" + pid + " || kill -TERM " + pid)); err != nil {
		return
	}
	ended := make(chan error, 1)
	go func() { ended <- other.Wait() }()
	select {
	case <-ended:
	case <-time.After(killTime):
	}
}

func exitError(err error) error {
	if exit, ok := errors.AsType[*ssh.ExitError](err); ok {
		return &ExitError{exit.ExitStatus(), exit.Signal()}
	}
	if err != nil {
		return fmt.Errorf("%w: connection lost: %w", gekko.ErrUnavailable, err)
	}
	return nil
}

// Root wraps a shell command so that it runs as root, by sudo unless the user
// is root.
func (s *Session) Root(command string) string {
	if s.user == "root" {
		return "sh -c " + Quote(command)
	}
	return "sudo sh -c " + Quote(command)
}

// Quote makes one word of a shell command of any text.
func Quote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
