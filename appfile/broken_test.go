package appfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gekko/appfile"
)

// broken are files with what is said about them, word for word.
var broken = []struct{ name, text, want string }{
	{"unknown", "app: a\nimge:\n  base: x\n", ``},
}

func TestWhatIsWrongIsToldWithItsPlace(t *testing.T) {
	for _, b := range broken {
		t.Run(b.name, func(t *testing.T) {
			_, err := appfile.Parse("g", []byte(b.text))
			if err == nil {
				t.Fatal("taken as good")
			}
			if d := cmp.Diff(b.want, err.Error()); d != "" {
				t.Error(d)
			}
		})
	}
}
