package bake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"

	"gekko"
)

// tree is a commit of a Git repository on this machine.
type tree struct {
	commit   gekko.Commit
	origin   string // where it came from, without any password
	warnings []string

	git  git
	temp string // folder that goes away with the tree; or empty
}

// openSource finds the commit that a source means. A repository elsewhere is
// fetched into a folder of its own, with this machine's own credentials.
func openSource(ctx context.Context, s gekko.Source) (*tree, error) {
	ref := s.Ref
	if ref == "" {
		ref = "HEAD"
	}
	if strings.HasPrefix(ref, "-") || strings.ContainsAny(ref, " \t\n") {
		return nil, fmt.Errorf("%w: source.ref %q is not a ref", gekko.ErrInvalid, ref)
	}
	if s.Elsewhere() {
		return fetchSource(ctx, s.Git, ref)
	}
	return localSource(ctx, s.Git, ref)
}

func localSource(ctx context.Context, path, ref string) (*tree, error) {
	if path == "" {
		path = "."
	}
	g := git{dir: path}
	top, err := g.run(ctx, "rev-parse", "--show-toplevel")
	if err != nil { // a bare repository has no such thing
		top, err = g.run(ctx, "rev-parse", "--absolute-git-dir")
	}
	if err != nil {
		return nil, gekko.Hint(fmt.Errorf("source %s: %w", path, err), "set source.git in gekko.yaml to a Git repository")
	}
	t := &tree{git: git{dir: top}, origin: top}
	if where, err := t.git.run(ctx, "remote", "get-url", "origin"); err == nil && where != "" {
		t.origin = withoutPassword(where)
	}
	if err := t.resolve(ctx, ref); err != nil {
		return nil, gekko.Hint(err, "git -C "+top+" branch --all; git -C "+top+" tag")
	}
	changes, err := t.git.run(ctx, "status", "--porcelain")
	if err == nil && changes != "" {
		t.warnings = append(t.warnings, fmt.Sprintf("%s has changes that are not committed (%s); they are not in the snapshot", top, gekko.Count(strings.Count(changes, "\n")+1, "file")))
	}
	return t, nil
}

func fetchSource(ctx context.Context, where, ref string) (*tree, error) {
	temp, err := os.MkdirTemp("", "gekko-source-")
	if err != nil {
		return nil, err
	}
	address, login := apartFromPassword(where)
	t := &tree{git: git{dir: temp, env: login}, origin: withoutPassword(where), temp: temp}
	if err := t.fetch(ctx, address, ref); err != nil {
		t.Close()
		return nil, fmt.Errorf("source %s: %w", t.origin, err)
	}
	return t, nil
}

// hash is what may be a commit's.
var hash = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// fetch gets the one commit if the server gives it away by that name, or else,
// as for a shortened hash, all that there is.
func (t *tree) fetch(ctx context.Context, where, ref string) error {
	if _, err := t.git.run(ctx, "init", "--quiet", "--bare", "."); err != nil {
		return err
	}
	_, err := t.git.run(ctx, "fetch", "--quiet", "--depth=1", "--no-tags", "--", where, ref)
	if err == nil {
		return t.resolve(ctx, "FETCH_HEAD")
	}
	if !hash.MatchString(ref) {
		return gekko.Hint(fmt.Errorf("ref %s: %w", ref, err), "git ls-remote "+withoutPassword(where))
	}
	if _, err := t.git.run(ctx, "fetch", "--quiet", "--", where, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"); err != nil {
		return err
	}
	return t.resolve(ctx, ref)
}

// resolve finds the commit and looks for what an archive of it will lack.
func (t *tree) resolve(ctx context.Context, ref string) error {
	commit, err := t.git.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil || commit == "" {
		return fmt.Errorf("ref %s: %w in %s", ref, gekko.ErrNotFound, t.origin)
	}
	t.commit = gekko.Commit(commit)
	if out, err := t.git.run(ctx, "ls-tree", "--name-only", commit, ".gitmodules"); err == nil && out != "" {
		t.warnings = append(t.warnings, "the source has submodules; their files are not in the snapshot")
	}
	return nil
}

// archive gives the commit's tree as a tar stream. An error of git's shows when
// the stream is read to its end.
func (t *tree) archive(ctx context.Context) io.ReadCloser {
	cmd := t.git.command(ctx, "-c", "tar.umask=0022", "archive", "--format=tar", string(t.commit))
	r, w := io.Pipe()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = w, &said
	go func() {
		if err := cmd.Run(); err != nil {
			w.CloseWithError(gitError(ctx, "archive", err, said.Bytes()))
			return
		}
		w.Close()
	}()
	return r
}

// Close removes what was fetched.
func (t *tree) Close() {
	if t.temp != "" {
		os.RemoveAll(t.temp)
	}
}

// git is a repository, worked on by the system's own git.
type git struct {
	dir string
	env []string // more than the caller's
}

// command does not ask for passwords, nor take the repository of a hook that
// gekko may run in for the one meant.
func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", g.dir}, args...)...)
	for _, v := range os.Environ() {
		switch name, _, _ := strings.Cut(v, "="); name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY":
		default:
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"), g.env...)
	return cmd
}

func (g git) run(ctx context.Context, args ...string) (string, error) {
	if _, err := os.Stat(g.dir); err != nil {
		return "", err
	}
	cmd := g.command(ctx, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", gitError(ctx, args[0], err, said.Bytes())
	}
	return strings.TrimSpace(out.String()), nil
}

func gitError(ctx context.Context, verb string, err error, said []byte) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("git: %w on this machine: install it", gekko.ErrNotFound)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	return fmt.Errorf("git %s: %w: %s", verb, err, hidePasswords(lines[len(lines)-1]))
}
