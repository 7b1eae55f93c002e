package demo

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gekko/local"
)

// gekko gives one command to this program, as a person in the repository would
// who uses the demo's cloud, and shows what it says. It gives what the command
// printed as its result, also when it failed.
func (s *show) gekko(ctx context.Context, args ...string) ([]byte, error) {
	s.screen.command("gekko " + strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, s.Program, args...)
	cmd.Args[0] = "gekko"
	cmd.Dir = s.dir
	cmd.Env = s.environment()
	interruptible(cmd)
	said, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	last := s.relay(said)
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return out.Bytes(), fmt.Errorf("gekko %s: %w: %s", args[0], err, last)
	}
	if !strings.Contains(strings.Join(args, " "), "--json") {
		s.relay(bytes.NewReader(out.Bytes()))
	}
	return out.Bytes(), nil
}

// relay shows lines as they come and gives the last error that they told.
func (s *show) relay(r io.Reader) (last string) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimRight(lines.Text(), " ")
		s.screen.say(line)
		if told, ok := strings.CutPrefix(line, "gekko: "); ok {
			last = told
		}
	}
	return last
}

// variables point commands at the demo's cloud.
func (s *show) variables() []local.Variable {
	return append(s.cloud.Environment(s.cloud.Endpoint, os.Environ()),
		local.Variable{Name: "GEKKO_SSH_PORT", Value: strconv.Itoa(s.cloud.SSHPort)})
}

// environment is the caller's with these changes, and with tables for people.
func (s *show) environment() []string {
	return local.Overlay(os.Environ(), append(s.variables(),
		local.Variable{Name: "GEKKO_FORCE_TTY", Value: "1"},
		local.Variable{Name: "NO_COLOR", Value: "1"}))
}

// interruptible puts a command into a process group of its own, so that a
// Ctrl-C reaches it only once, from here, and it can stop cleanly.
func interruptible(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 20 * time.Second
}
