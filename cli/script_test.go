package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gekko/local/machine"
)

func TestMain(m *testing.M) {
	// This test binary is gekko in the scripts, and so an instance's init too.
	if machine.Main() {
		return
	}
	testscript.Main(m, map[string]func(){
		"gekko": func() { os.Exit(Main()) },
	})
}

// TestScripts runs testdata/script: the commands as a person gives them, in
// processes of their own, against an embedded cloud that really runs.
func TestScripts(t *testing.T) {
	goEnv := goEnvironment(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "testdata", "script"),
		UpdateScripts:       *update,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Vars = append(e.Vars, goEnv...)
			e.Vars = append(e.Vars, "HOME="+home, "GIT_CONFIG_GLOBAL="+os.DevNull,
				"GIT_AUTHOR_NAME=script", "GIT_AUTHOR_EMAIL=script@localhost",
				"GIT_COMMITTER_NAME=script", "GIT_COMMITTER_EMAIL=script@localhost")
			return os.Mkdir(home, 0o755)
		},
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
