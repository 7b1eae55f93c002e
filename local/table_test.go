package local_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gekko/local"
	"gekko/local/wire"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestTheTableOfOperationsIsCurrent holds the page that tells what the cloud
// serves to what it serves.
func TestTheTableOfOperationsIsCurrent(t *testing.T) {
	w, err := local.New(local.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	got := operationsPage(w.Operations(), testers(t))
	page := filepath.Join("..", "docs", "local-cloud.md")
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (go test ./local -run Table -update, if you mean it):\n%s", page, diff)
	}
}

const operationsIntro = `# What the embedded cloud serves

Generated from the operations themselves: ` + "`go test ./local -run Table -update`" + ` writes it anew.

A field stands for all below it; a longer path wins over a shorter one.
*Reads* has its effect. *Accepts* has none here: it is taken, given back where
AWS does so, and logged once. *Refuses* is answered with UnsupportedOperation,
naming the field, if it is set. An operation that is not listed is answered as
AWS answers an unknown one. EC2's DryRun is always understood. Refused whatever
fields ask for it, in words that say what to do instead: listeners of HTTPS and
SSL, warm pools, instance refreshes, and overrides of a mixed instances policy
that name more than an instance type. *Tested by* names
the clients that called it in the last whole run of ` + "`make outside`" + `
(outside/calls.txt); gekko's own tests are not among them. Two operations are
younger than all of these clients: DescribeImageReferences and
DescribeListenerAttributes.
`

// testers are, by service and operation, the clients that called it.
func testers(t *testing.T) map[string][]string {
	t.Helper()
	recorded, err := os.ReadFile(filepath.Join("..", "outside", "calls.txt"))
	if err != nil {
		t.Fatal(err)
	}
	clients := map[string][]string{}
	for line := range strings.Lines(string(recorded)) {
		words := strings.Fields(line)
		key := words[0] + " " + words[1]
		clients[key] = append(clients[key], words[2])
	}
	return clients
}

func operationsPage(all []wire.Operation, clients map[string][]string) string {
	var b strings.Builder
	b.WriteString(operationsIntro)
	service := ""
	for _, o := range all {
		if o.Service != service {
			service = o.Service
			fmt.Fprintf(&b, "\n## %s\n\n| operation | reads | accepts | refuses | tested by |\n|---|---|---|---|---|\n", service)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", o.Name,
			cell(strings.Fields(o.Fields.Reads)), cell(strings.Fields(o.Fields.Accepts)), cell(o.Refuses), cell(clients[o.Service+" "+o.Name]))
	}
	return b.String()
}

func cell(paths []string) string {
	paths = slices.Clone(paths)
	slices.Sort(paths)
	return strings.Join(paths, " ")
}
