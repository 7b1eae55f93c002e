package demo

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// What the service's gekko.yaml says of the balancer, and where it listens.
const (
	balancerName = "hello"
	servicePort  = 8080
)

// makeRepository makes a Git repository of the example with two commits, each
// with a tag: v1 and v2.
func (s *show) makeRepository(ctx context.Context) error {
	if err := os.CopyFS(s.dir, s.Source); err != nil {
		return err
	}
	if err := s.writeModule(); err != nil {
		return err
	}
	if err := s.useBalancer(); err != nil {
		return err
	}
	if err := s.git(ctx, "init", "--quiet", "--initial-branch=main"); err != nil {
		return err
	}
	for _, version := range []string{"1", "2"} {
		if err := s.setVersion(version); err != nil {
			return err
		}
		for _, args := range [][]string{
			{"add", "."},
			{"commit", "--quiet", "--message=hello: version " + version},
			{"tag", "v" + version},
		} {
			if err := s.git(ctx, args...); err != nil {
				return err
			}
		}
	}
	s.screen.say("hello: a small HTTP service, with tags v1 and v2")
	return nil
}

// writeModule makes the service a module of its own: in gekko's tree it is a
// package of gekko's.
func (s *show) writeModule() error {
	return os.WriteFile(filepath.Join(s.dir, "go.mod"), []byte("module hello\n\ngo 1.26\n"), 0o644)
}

// useBalancer lets the app's file name the balancer that the demo was asked for.
func (s *show) useBalancer() error {
	if s.Balancer != "classic" {
		return nil
	}
	return s.edit("gekko.yaml", "  listener: "+balancerName+":80\n", "  classic: "+balancerName+"\n")
}

func (s *show) setVersion(version string) error {
	file, err := fs.ReadFile(s.Source, "version.go")
	if err != nil {
		return err
	}
	was := []byte(`version = "1"`)
	if !bytes.Contains(file, was) {
		return fmt.Errorf("version.go has no %s", was)
	}
	file = bytes.Replace(file, was, []byte(`version = "`+version+`"`), 1)
	return os.WriteFile(filepath.Join(s.dir, "version.go"), file, 0o644)
}

// edit replaces a line of a file that must be there.
func (s *show) edit(name, old, new string) error {
	path := filepath.Join(s.dir, name)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !strings.Contains(string(data), old) {
		return fmt.Errorf("%s has no line %q", name, old)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o644)
}

// git runs git as nobody in particular, without the caller's settings.
func (s *show) git(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull,
		"GIT_AUTHOR_NAME=gekko demo", "GIT_AUTHOR_EMAIL=demo@localhost",
		"GIT_COMMITTER_NAME=gekko demo", "GIT_COMMITTER_EMAIL=demo@localhost")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(out))
	}
	return nil
}
