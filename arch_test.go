package gekko_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files anew")

// edge is one package of ours that imports another.
type edge struct{ from, to string }

// TestImportsPointTheAgreedWay makes each new edge between packages a line in
// testdata/imports.golden, and so a line in review.
func TestImportsPointTheAgreedWay(t *testing.T) {
	var lines []string
	for _, e := range edges(t) {
		lines = append(lines, e.from+" -> "+e.to)
	}
	got := strings.Join(lines, "\n") + "\n"
	golden := filepath.Join("testdata", "imports.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("imports differ from %s (go test . -run Imports -update, if you mean it):\n%s", golden, diff)
	}
}

func TestTheEmbeddedCloudKnowsNothingOfGekko(t *testing.T) {
	for _, e := range edges(t) {
		if within(e.from, "gekko/local") && !within(e.to, "gekko/local") {
			t.Errorf("%s imports %s", e.from, e.to)
		}
	}
}

func TestTheNounsImportNothing(t *testing.T) {
	for _, imported := range imports(t)["gekko"] {
		if strings.Contains(imported, ".") || within(imported, "gekko") {
			t.Errorf("package gekko imports %s: it keeps to the standard library", imported)
		}
	}
}

// The measurements do too: they fill an embedded cloud as a stranger would.
func TestOnlyPackageCloudCallsAWS(t *testing.T) {
	for from, all := range imports(t) {
		for _, imported := range all {
			sdk := strings.HasPrefix(imported, "github.com/aws/")
			if sdk && !within(from, "gekko/cloud") && !within(from, "gekko/local") && from != "gekko/bench" {
				t.Errorf("%s imports %s", from, imported)
			}
		}
	}
}

// mostBytes is how large the stripped program may be, on the machine that the
// figure was set for.
const mostBytes = 25_000_000

// TestTheProgramStaysSmall keeps the binary at a third of what it would be: a
// reachable text/template, or any other call of a method by its name, makes the
// linker keep all 800 operations of EC2.
func TestTheProgramStaysSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("links the whole program")
	}
	path := filepath.Join(t.TempDir(), "gekko")
	run(t, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "./cmd/gekko")
	binary, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Names of functions stay in a stripped binary: a panic prints them.
	if !bytes.Contains(binary, []byte("ec2.(*Client).DescribeImages")) {
		t.Fatal("the binary does not name its functions")
	}
	if bytes.Contains(binary, []byte("ec2.(*Client).AcceptAddressTransfer")) {
		t.Error("the linker keeps methods that nothing calls: something reaches reflect's Method or MethodByName")
	}
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" && len(binary) > mostBytes {
		t.Errorf("the stripped program has %d bytes, and %d are the most (go tool nm -size -sort size tells what they are)", len(binary), mostBytes)
	}
}

func within(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

// imports are, by package of ours, what it imports outside of its tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	out := run(t, "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		all[words[0]] = words[1:]
	}
	return all
}

// edges are the imports between packages of ours, sorted.
func edges(t *testing.T) []edge {
	t.Helper()
	var all []edge
	for from, imported := range imports(t) {
		for _, to := range imported {
			if within(to, "gekko") {
				all = append(all, edge{from, to})
			}
		}
	}
	slices.SortFunc(all, func(a, b edge) int {
		return strings.Compare(a.from+" "+a.to, b.from+" "+b.to)
	})
	return all
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return string(out)
}
