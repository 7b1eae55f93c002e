package bake_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"gekko"
	"gekko/bake"
	"gekko/remote"
)

// repository makes a Git repository with one commit of the given files.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	git(t, folder, "init", "-q", "-b", "main")
	commit(t, folder, files)
	return folder
}

func commit(t *testing.T, folder string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	git(t, folder, "add", "-A")
	git(t, folder, "commit", "-q", "--allow-empty", "-m", "x")
	return git(t, folder, "rev-parse", "HEAD")
}

// git runs in a folder as somebody, whatever the caller's own settings are.
func git(t *testing.T, folder string, args ...string) string {
	t.Helper()
	args = append([]string{"-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)
	out, err := exec.Command("git", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	k, err := remote.NewKey("t")
	if err != nil {
		t.Fatal(err)
	}
	return k.Signer
}

// log is all that a bake tells.
type log struct {
	mu   sync.Mutex
	told []gekko.Event
}

func (l *log) report(e gekko.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, e)
}

func (l *log) texts(kind gekko.EventKind) (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.told {
		if e.Kind == kind {
			all = append(all, e.Text)
		}
	}
	return all
}

func baker(c *fake) (*bake.Baker, *log) {
	l := &log{}
	return &bake.Baker{Cloud: c, Report: l.report, Poll: time.Millisecond, Loopback: true}, l
}

// app is one whose recipe writes to the builder's root.
func app(c *fake, source string) gekko.App {
	return gekko.App{
		Name: "hello", Region: "us-east-1",
		Image:  gekko.ImagePlan{Base: gekko.BaseImage{ID: "ami-0ba5e000"}, InstanceType: "t3.small", Port: c.server.Port},
		Source: gekko.Source{Git: source},
		Recipe: []gekko.RecipeStep{
			{Run: "mkdir -p $DESTDIR/opt/hello\ncp hello.sh $DESTDIR/opt/hello/hello\necho built $GEKKO_APP at $GEKKO_COMMIT\n"},
			{Copy: "conf", To: "/etc/hello", Mode: "0640"},
		},
		Service:  gekko.Service{Command: "/opt/hello/hello", Port: 8080, Health: "/healthz", Env: map[string]string{"B": "2", "A": `say "50%"`}},
		Group:    gekko.GroupPlan{InstanceTypes: []string{"t3.small"}, Size: gekko.Size{Min: 1, Max: 2, Desired: 1}},
		Balancer: gekko.Balancer{Listener: "hello:80", Rules: []string{"default"}},
	}
}

var files = map[string]string{"hello.sh": "#!/bin/sh\n", "conf/a.conf": "a\n", "conf/sub/b.conf": "b\n"}

func TestABakeGivesASnapshotAndLeavesNothing(t *testing.T) {
	c := newCloud(t)
	b, l := baker(c)
	source := repository(t, files)
	for _, secret := range []string{"etc/ssh/ssh_host_rsa_key", "root/.ssh/authorized_keys", "home/admin/.ssh/authorized_keys", "home/admin/.bash_history", "var/log/auth.log", "var/lib/systemd/random-seed"} {
		write(t, filepath.Join(c.root, secret), "secret")
	}
	write(t, filepath.Join(c.root, "etc/machine-id"), "0123\n")
	s, existed, err := b.Create(t.Context(), bake.Request{App: app(c, source)})
	if err != nil || existed {
		t.Fatalf("existed %v, %v", existed, err)
	}
	if !s.Ready() || s.Commit != gekko.Commit(git(t, source, "rev-parse", "HEAD")) || s.Port != 8080 || s.Balancer.Listener != "hello:80" || s.Base != "ami-0ba5e000" {
		t.Errorf("snapshot %+v", s)
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if !slices.Contains(l.texts(gekko.Output), "built hello at "+string(s.Commit)) {
		t.Errorf("output %q", l.texts(gekko.Output))
	}
	want := []string{
		"etc/hello/a.conf 0640", "etc/hello/sub/b.conf 0640", "etc/machine-id 0644",
		"etc/security/limits.d/90-gekko.conf 0644", "etc/sysctl.d/90-gekko.conf 0644",
		"etc/systemd/system/hello.service 0644", "etc/systemd/system.conf.d/90-gekko.conf 0644",
		"opt/hello/hello 0755", "systemctl 0644", "var/log/auth.log 0644",
	}
	if d := cmp.Diff(want, tree(t, c.root)); d != "" {
		t.Errorf("the image's files:\n%s", d)
	}
	for _, empty := range []string{"etc/machine-id", "var/log/auth.log"} {
		if text := read(t, filepath.Join(c.root, empty)); text != "" {
			t.Errorf("%s holds %q", empty, text)
		}
	}
	if got := read(t, filepath.Join(c.root, "systemctl")); got != "systemctl daemon-reload\nsystemctl enable hello.service\n" {
		t.Errorf("systemctl was asked %q", got)
	}
	wantUnit := `# Put here by gekko with the image; changes are lost with the next snapshot.
[Unit]
Description=hello
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Environment="A=say \"50%%\""
Environment="B=2"
Environment="PORT=8080"
ExecStart=/opt/hello/hello
Restart=always
RestartSec=1
LimitNOFILE=1048576

[Install]
WantedBy=multi-user.target
`
	if d := cmp.Diff(wantUnit, read(t, filepath.Join(c.root, "etc/systemd/system/hello.service"))); d != "" {
		t.Errorf("unit:\n%s", d)
	}
}

func TestTheBuilderIsLaunchedAsItMust(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	if _, _, err := b.Create(t.Context(), bake.Request{App: app(c, repository(t, files))}); err != nil {
		t.Fatal(err)
	}
	p := c.plan
	if len(p.Token) != 64 || p.KeyPair != string(p.Bake.Snapshot)+"-builder" || p.Bake.Expires.Before(time.Now().Add(time.Hour)) {
		t.Errorf("plan %+v", p)
	}
	if len(p.UserData) > 16<<10 || !strings.HasPrefix(string(p.UserData), "#cloud-config\n") {
		t.Errorf("user data of %d bytes", len(p.UserData))
	}
	if slices.Contains(c.calls, "CallerAddress") {
		t.Error("the caller's address was asked for, although the cloud is on this machine")
	}
}

func TestTheSameWorkAgainGivesTheSameSnapshot(t *testing.T) {
	c := newCloud(t)
	b, l := baker(c)
	a := app(c, repository(t, files))
	first, _, err := b.Create(t.Context(), bake.Request{App: a})
	if err != nil {
		t.Fatal(err)
	}
	again, existed, err := b.Create(t.Context(), bake.Request{App: a})
	if err != nil || !existed || again.Name != first.Name {
		t.Errorf("again: %s, existed %v, %v", again.Name, existed, err)
	}
	if said := l.texts(gekko.Did); !strings.HasSuffix(said[len(said)-1], "already; --force bakes it anew") {
		t.Errorf("told %q", said)
	}
	forced, existed, err := b.Create(t.Context(), bake.Request{App: a, Force: true})
	if err != nil || existed || forced.Name == first.Name {
		t.Errorf("forced: %s, existed %v, %v", forced.Name, existed, err)
	}
	a.Recipe = append(a.Recipe, gekko.RecipeStep{Run: "true"})
	other, existed, err := b.Create(t.Context(), bake.Request{App: a})
	if err != nil || existed || other.Recipe == first.Recipe {
		t.Errorf("another recipe: %s, existed %v, %v", other.Name, existed, err)
	}
}

func TestAFailedRecipeShowsItsLastLinesAndCleansUp(t *testing.T) {
	c := newCloud(t)
	b, l := baker(c)
	a := app(c, repository(t, files))
	a.Recipe = []gekko.RecipeStep{{Run: "for i in $(seq 30); do echo line $i; done\necho oh no >&2\nexit 7"}}
	_, _, err := b.Create(t.Context(), bake.Request{App: a})
	if err == nil || !strings.Contains(err.Error(), "recipe step 1 (run for i in") || !strings.Contains(err.Error(), "exit status 7") ||
		!strings.Contains(err.Error(), "line 30") || !strings.Contains(err.Error(), "oh no") || strings.Contains(err.Error(), "line 5\n") {
		t.Errorf("error %v", err)
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v; told %q", left, l.texts(gekko.Did))
	}
}

func TestAKeptBuilderCanBeReachedAndIsSweptLater(t *testing.T) {
	c := newCloud(t)
	b, l := baker(c)
	a := app(c, repository(t, files))
	a.Recipe = []gekko.RecipeStep{{Run: "exit 1"}}
	_, _, err := b.Create(t.Context(), bake.Request{App: a, KeepOnFailure: true})
	if err == nil || !strings.HasPrefix(gekko.HintOf(err), "gekko sweep") {
		t.Fatalf("error %v, hint %q", err, gekko.HintOf(err))
	}
	said := strings.Join(l.texts(gekko.Warns), "\n")
	_, line, ok := strings.Cut(said, "to look at it: ")
	if !ok {
		t.Fatalf("told %q", said)
	}
	words := strings.Fields(line)
	if out, err := exec.Command(words[0], append(words[1:], "echo", "it is me")...).CombinedOutput(); err != nil || !strings.Contains(string(out), "it is me") {
		t.Errorf("%s: %v: %s", line, err, out)
	}
	os.RemoveAll(filepath.Dir(words[2]))
	left, err := b.Leftovers(t.Context(), "hello")
	if err != nil || len(left) != 3 {
		t.Fatalf("leftovers %v, %v", left, err)
	}
	if err := b.Sweep(t.Context(), left); err != nil || len(c.remains()) > 0 {
		t.Errorf("swept: %v, remain %v", err, c.remains())
	}
}

func TestAnInterruptedBakeTakesAllAwayAgain(t *testing.T) {
	c := newCloud(t)
	b, l := baker(c)
	a := app(c, repository(t, files))
	a.Recipe = []gekko.RecipeStep{{Run: "echo here; sleep 600"}}
	ctx, cancel := context.WithCancel(t.Context())
	b.Report = func(e gekko.Event) {
		l.report(e)
		if e.Kind == gekko.Output && e.Text == "here" {
			cancel()
		}
	}
	_, _, err := b.Create(ctx, bake.Request{App: a, KeepOnFailure: true})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestABuilderWithAnotherHostKeyIsNotTrusted(t *testing.T) {
	c := newCloud(t)
	c.stranger = true
	b, _ := baker(c)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, _, err := b.Create(ctx, bake.Request{App: app(c, repository(t, files))}); err == nil {
		t.Error("baked on a stranger")
	}
	if c.server.Tried() > 0 {
		t.Error("logged in to a stranger")
	}
}

func TestABuilderThatIsThisVeryMachineIsRefused(t *testing.T) {
	c := newCloudAt(t, "")
	b, _ := baker(c)
	_, _, err := b.Create(t.Context(), bake.Request{App: app(c, repository(t, files))})
	if !errors.Is(err, gekko.ErrRefused) || !strings.Contains(err.Error(), "nothing was done") {
		t.Errorf("error %v", err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tree lists a folder's files with their modes.
func tree(t *testing.T, root string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		all = append(all, fmt.Sprintf("%s %04o", name, info.Mode().Perm()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
