package release_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files anew")

// anyName is one that chance gives.
var anyName = regexp.MustCompile(`\b(subnet|i|ami)-[0-9a-f]{17}`)

// grounds are the judge's own words.
var grounds = regexp.MustCompile(`(5xx|slow|refused|lost): \d.*`)

// aZone is where chance put a machine.
var aZone = regexp.MustCompile(`zone us-east-1[a-f] alone`)

// golden compares a trace of steps with that of an earlier run.
func golden(t *testing.T, name string, trace []string) {
	t.Helper()
	path := filepath.Join("testdata", "trace", name+".golden")
	got := anyName.ReplaceAllString(strings.Join(trace, "\n")+"\n", "$1-…")
	got = aZone.ReplaceAllString(got, "zone … alone")
	got = grounds.ReplaceAllString(got, "$1: …")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
