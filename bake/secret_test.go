package bake_test

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gekko"
)

// A password in the address of a source reaches its server and nothing else:
// what a process is called with, all users of a machine can read.
func TestAPasswordIsInNoProcessList(t *testing.T) {
	source := repository(t, files)
	core := git(t, source, "--exec-path")
	backend := &cgi.Handler{
		Path: filepath.Join(core, "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Dir(source), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=me"},
	}
	if _, err := os.Stat(backend.Path); err != nil {
		t.Skip(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "s3cret/@%" {
			w.Header().Set("WWW-Authenticate", "Basic realm=x")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	defer server.Close()

	real, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	spy := t.TempDir()
	write(t, filepath.Join(spy, "git"), "#!/bin/sh\necho \"$*\" >>"+spy+"/said\nexec "+real+" \"$@\"\n")
	if err := os.Chmod(filepath.Join(spy, "git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", spy+":"+os.Getenv("PATH"))

	where := strings.Replace(server.URL, "://", "://me:s3cret%2F%40%25@", 1) + "/" + filepath.Base(source)
	s, _, err := dry(t, gekko.Source{Git: where, Ref: "main"})
	if err != nil || s.Commit == "" || s.Source != server.URL+"/"+filepath.Base(source) {
		t.Errorf("commit %q of %q, %v", s.Commit, s.Source, err)
	}
	if said := read(t, filepath.Join(spy, "said")); !strings.Contains(said, "fetch") || strings.Contains(said, "s3cret") {
		t.Errorf("git was called with\n%s", said)
	}
}

// What is no address by the rules may be one to Git.
func TestNoPasswordIsKeptOfAnOddAddress(t *testing.T) {
	source := repository(t, files)
	for _, where := range []string{"https://me:s3%cret@example.org/hello.git", "https://me:s3@cret@example.org/hello.git"} {
		git(t, source, "config", "remote.origin.url", where)
		s, _, err := dry(t, gekko.Source{Git: source})
		if err != nil || s.Source != "https://example.org/hello.git" {
			t.Errorf("%s: source %q, %v", where, s.Source, err)
		}
	}
}
