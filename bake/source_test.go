package bake_test

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gekko"
	"gekko/bake"
)

// dry bakes as far as the source, and gives the snapshot that would be made.
func dry(t *testing.T, s gekko.Source) (gekko.Snapshot, []string, error) {
	t.Helper()
	c := newCloud(t)
	b, l := baker(c)
	a := app(c, "")
	a.Source = s
	snapshot, _, err := b.Create(t.Context(), bake.Request{App: a, DryRun: true})
	return snapshot, l.texts(gekko.Warns), err
}

func TestRefsBecomeCommits(t *testing.T) {
	source := repository(t, files)
	first := git(t, source, "rev-parse", "HEAD")
	git(t, source, "tag", "-a", "-m", "x", "v1") // the commit is meant, not the tag's own object
	second := commit(t, source, map[string]string{"more": "x"})
	bare := filepath.Join(t.TempDir(), "bare.git")
	git(t, source, "clone", "-q", "--bare", ".", bare)
	for _, row := range []struct{ where, ref, want string }{
		{source, "", second},
		{source, "main", second},
		{source, "v1", first},
		{source, first[:8], first},
		{filepath.Join(source, "conf"), "", second},
		{bare, "v1", first},
		{"file://" + source, "", second},
		{"file://" + source, "v1", first},
		{"file://" + source, first, first},
		{"file://" + source, first[:8], first},
	} {
		s, _, err := dry(t, gekko.Source{Git: row.where, Ref: row.ref})
		if err != nil || string(s.Commit) != row.want {
			t.Errorf("%s at %q: commit %s, want %s; %v", row.where, row.ref, s.Commit, row.want, err)
		}
	}
}

func TestARefThatIsNotThereSaysWhereToLook(t *testing.T) {
	source := repository(t, files)
	for _, where := range []string{source, "file://" + source} {
		_, _, err := dry(t, gekko.Source{Git: where, Ref: "nope"})
		if err == nil || !strings.Contains(err.Error(), "ref nope") || !strings.Contains(gekko.HintOf(err), "git ") {
			t.Errorf("%s: error %v, hint %q", where, err, gekko.HintOf(err))
		}
	}
	if _, _, err := dry(t, gekko.Source{Git: source, Ref: "--output=/tmp/x"}); !errors.Is(err, gekko.ErrInvalid) {
		t.Errorf("an option for a ref: error %v", err)
	}
	if _, _, err := dry(t, gekko.Source{Git: t.TempDir()}); err == nil || gekko.HintOf(err) == "" {
		t.Errorf("no repository: error %v, hint %q", err, gekko.HintOf(err))
	}
}

func TestWhatIsNotCommittedIsSaidToBeMissing(t *testing.T) {
	source := repository(t, files)
	if _, warned, err := dry(t, gekko.Source{Git: source}); err != nil || len(warned) > 0 {
		t.Errorf("a clean work tree: warned %q, %v", warned, err)
	}
	write(t, filepath.Join(source, "hello.sh"), "changed")
	write(t, filepath.Join(source, "new"), "new")
	_, warned, err := dry(t, gekko.Source{Git: source})
	if err != nil || len(warned) != 1 || !strings.Contains(warned[0], "not committed (2 files)") {
		t.Errorf("warned %q, %v", warned, err)
	}
}

func TestASubmoduleIsSaidToBeMissing(t *testing.T) {
	source := repository(t, map[string]string{".gitmodules": "[submodule \"x\"]\n\tpath = x\n\turl = y\n"})
	_, warned, err := dry(t, gekko.Source{Git: source})
	if err != nil || len(warned) != 1 || !strings.Contains(warned[0], "submodules") {
		t.Errorf("warned %q, %v", warned, err)
	}
}

func TestNoPasswordIsKept(t *testing.T) {
	source := repository(t, files)
	git(t, source, "remote", "add", "origin", "https://me:secret@example.org/hello.git")
	s, _, err := dry(t, gekko.Source{Git: source})
	if err != nil || s.Source != "https://example.org/hello.git" {
		t.Errorf("source %q, %v", s.Source, err)
	}
	_, _, err = dry(t, gekko.Source{Git: "https://me:secret@127.0.0.1:1/hello.git", Ref: "main"})
	if err == nil || strings.Contains(err.Error()+gekko.HintOf(err), "secret") {
		t.Errorf("error %v, hint %q", err, gekko.HintOf(err))
	}
}

func TestTheTreeIsTheCommitsAndNotTheFolders(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	source := repository(t, files)
	write(t, filepath.Join(source, "hello.sh"), "changed")
	a := app(c, source)
	a.Recipe = []gekko.RecipeStep{{Run: "mkdir -p $DESTDIR/opt/hello; cp -p hello.sh $DESTDIR/opt/hello/hello"}}
	if _, _, err := b.Create(t.Context(), bake.Request{App: a}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(c.root, "opt/hello/hello")); got != files["hello.sh"] {
		t.Errorf("the image has %q", got)
	}
}

// A hook sets Git's own variables; the repository that is meant counts.
func TestTheVariablesOfAHookDoNotMislead(t *testing.T) {
	other := repository(t, map[string]string{"other": "x"})
	t.Setenv("GIT_DIR", filepath.Join(other, ".git"))
	t.Setenv("GIT_WORK_TREE", other)
	source := t.TempDir()
	init := exec.Command("git", "init", "-q", source)
	init.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + source}
	if out, err := init.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if s, _, err := dry(t, gekko.Source{Git: source}); err == nil {
		t.Errorf("took commit %s of another repository", s.Commit)
	}
}
