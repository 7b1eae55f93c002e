package gekko_test

import (
	"testing"

	"gekko"
)

func TestARepositoryIsElsewhereByURLOrHost(t *testing.T) {
	for git, want := range map[string]bool{
		"https://git.example/x.git": true,
		"ssh://me@git.example/x":    true,
		"git@git.example:x.git":     true,
		"file:///srv/x":             true,
		"":                          false,
		".":                         false,
		"/srv/a:b":                  false,
		"./a:b":                     false,
	} {
		if got := (gekko.Source{Git: git}).Elsewhere(); got != want {
			t.Errorf("%q: %v", git, got)
		}
	}
}
