package cli

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"flag"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"

	"gekko/local/machine"
)

func TestMain(m *testing.M) {
	// This test binary is gekko in the scripts, and so an instance's init too.
	if machine.Main() {
		return
	}
	flag.Set("test.parallel", "6") // scripts wait more than they work
	testscript.Main(m, map[string]func(){
		"gekko":   func() { os.Exit(Main()) },
		"call":    call,
		"between": between,
		"load":    load,
	})
}

// TestScripts runs testdata/script: the commands as a person gives them, in
// processes of their own, against an embedded cloud that really runs.
func TestScripts(t *testing.T) {
	heedHangUp(t)
	goEnv := goEnvironment(t)
	hello := filepath.Join(t.TempDir(), "hello")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", hello, "../example/hello").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "testdata", "script"),
		UpdateScripts:       *update,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"keygen": keygen,
			"quick":  func(ts *testscript.TestScript, _ bool, args []string) { quick(ts, hello, args) },
		},
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Vars = append(e.Vars, goEnv...)
			e.Vars = append(e.Vars, "HOME="+home, "ROOT="+root, "GIT_CONFIG_GLOBAL="+os.DevNull,
				"GIT_AUTHOR_NAME=script", "GIT_AUTHOR_EMAIL=script@localhost",
				"GIT_COMMITTER_NAME=script", "GIT_COMMITTER_EMAIL=script@localhost")
			return os.Mkdir(home, 0o755)
		},
	})
}

// heedHangUp lets scripts send SIGHUP also where whoever runs the tests ignores
// it (nohup): a signal that is ignored stays so in every child, one that is
// caught does not.
func heedHangUp(t *testing.T) {
	t.Helper()
	caught := make(chan os.Signal, 1)
	ignored := signal.Ignored(syscall.SIGHUP)
	signal.Notify(caught, syscall.SIGHUP)
	t.Cleanup(func() {
		signal.Stop(caught)
		if ignored {
			signal.Ignore(syscall.SIGHUP)
		}
	})
}

// goEnvironment lets scripts with a HOME of their own use the caches of Go.
func goEnvironment(t *testing.T) []string {
	t.Helper()
	var vars []string
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOROOT"} {
		out, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		vars = append(vars, name+"="+strings.TrimSpace(string(out)))
	}
	return vars
}

// quick FOLDER makes a repository of testdata/quick, with the compiled service
// and two keys in it.
func quick(ts *testscript.TestScript, hello string, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: quick FOLDER")
	}
	folder := ts.MkAbs(args[0])
	ts.Check(os.Mkdir(folder, 0o755))
	for _, name := range []string{hello, filepath.Join(ts.Getenv("ROOT"), "testdata", "quick", "gekko.yaml")} {
		content, err := os.ReadFile(name)
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(folder, filepath.Base(name)), content, 0o755))
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-q", "-m", "hello: version 1"}} {
		ts.Check(ts.Exec("git", append([]string{"-C", folder}, args...)...))
	}
	ts.Check(os.WriteFile(filepath.Join(folder, ".git", "info", "exclude"), []byte("*.pem\n*.yaml\n"), 0o644))
	for _, name := range []string{"gekko.pem", "other.pem"} {
		keygen(ts, false, []string{filepath.Join(folder, name)})
	}
}

// keygen FILE writes a private key, readable by nobody else.
func keygen(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: keygen FILE")
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	ts.Check(err)
	block, err := ssh.MarshalPrivateKey(private, "")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(block), 0o600))
}
