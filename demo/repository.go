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

// versions are the tags of the repository, without their v.
var versions = []string{"1", "2", faulty}

// faulty is the version that must not be promoted.
const faulty = "3"

// makeRepository makes a Git repository of the example with a commit and a tag
// for each version.
func (s *show) makeRepository(ctx context.Context) error {
	if err := os.CopyFS(s.dir, s.Source); err != nil {
		return err
	}
	if err := s.writeModule(); err != nil {
		return err
	}
	if err := s.hurry(); err != nil {
		return err
	}
	if err := s.useBalancer(); err != nil {
		return err
	}
	if err := s.git(ctx, "init", "--quiet", "--initial-branch=main"); err != nil {
		return err
	}
	for _, version := range versions {
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
	s.screen.say("hello: a small HTTP service, with tags v1, v2 and v3; version 3 has a fault")
	return nil
}

// writeModule makes the service a module of its own: in gekko's tree it is a
// package of gekko's.
func (s *show) writeModule() error {
	return os.WriteFile(filepath.Join(s.dir, "go.mod"), []byte("module hello\n\ngo 1.26\n"), 0o644)
}

// hurry lets a release take seconds: a short soak, with traffic enough to decide
// in it.
func (s *show) hurry() error {
	f, err := os.OpenFile(filepath.Join(s.dir, "gekko.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(policy)
	return err
}

const policy = `
# All of this is much longer in earnest: the soak takes a day.
release:
  soak: 14s
  warm-up: 3s
  ramp: 1s
  canary:
    size: 3
  kept: 1s
  max-hold: 30s
# Some seconds show less than a day does: less has to be shown, and only what is
# much slower stops a release.
judge:
  period: 1s
  settling: 2
  warm-up: 1s
  tolerance: 4
  slow-path: 4
  budget: 0.005
  least: 200
`

// useBalancer lets the app's file name the balancer that the demo was asked for.
// A Classic one sees two failed checks, five seconds apart, before it calls an
// instance ill; the soak has to last until its group ends that.
func (s *show) useBalancer() error {
	if s.Balancer != "classic" {
		return nil
	}
	for was, is := range map[string]string{
		"  listener: " + balancerName + ":80\n": "  classic: " + balancerName + "\n",
		"  health-grace: 1m\n":                  "  health-grace: 15s\n",
		"  soak: 14s\n":                         "  soak: 16s\n",
	} {
		if err := s.edit("gekko.yaml", was, is); err != nil {
			return err
		}
	}
	return nil
}

// setVersion writes the version's own lines. Each works a while on an answer,
// as a service does. The faulty one is slower, and fails some; behind a Classic
// balancer, where answers cannot be told apart by group, it falls ill as well.
func (s *show) setVersion(version string) error {
	file, err := fs.ReadFile(s.Source, "version.go")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "version.go"), file, 0o644); err != nil {
		return err
	}
	set := map[string]string{
		`version = "1"`: `version = "` + version + `"`,
		"work    = 0":   "work    = 8",
	}
	if version == faulty {
		set["work    = 0"] = "work    = 24"
		set["failing = 0"] = "failing = 20"
		if s.Balancer == "classic" {
			set["ailing  = 0"] = "ailing  = 9"
		}
	}
	for was, is := range set {
		if err := s.edit("version.go", was, is); err != nil {
			return err
		}
	}
	return nil
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
