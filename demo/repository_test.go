package demo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The demo changes lines of the example by their text; they have to be there.
func TestEachVersionHasItsOwnLines(t *testing.T) {
	for _, c := range []struct{ balancer, version, want string }{
		{"alb", "1", "failing = 0"},
		{"alb", "2", `version = "2"`},
		{"alb", faulty, "failing = 20"},
		{"classic", "2", "ailing  = 0"},
		{"classic", faulty, "ailing  = 9"},
	} {
		s := &show{Options: Options{Source: os.DirFS("../example/hello"), Balancer: c.balancer}, dir: t.TempDir()}
		if err := os.CopyFS(s.dir, s.Source); err != nil {
			t.Fatal(err)
		}
		if err := s.hurry(); err != nil {
			t.Fatal(err)
		}
		if err := s.useBalancer(); err != nil {
			t.Fatal(err)
		}
		if err := s.setVersion(c.version); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(s.dir, "version.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(got), c.want) {
			t.Errorf("version %s behind %s has no %q:\n%s", c.version, c.balancer, c.want, got)
		}
	}
}
