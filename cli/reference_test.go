package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"gekko/cloud"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestReferencePagesSayWhatTheCommandsSay holds docs/reference to the commands'
// own help.
func TestReferencePagesSayWhatTheCommandsSay(t *testing.T) {
	folder := filepath.Join("..", "docs", "reference")
	pages := referencePages(NewRoot(bareEnv()))
	if *update {
		writePages(t, folder, pages)
	}
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s is out of date (make generate):\n%s", name, diff)
		}
	}
	there, _ := filepath.Glob(filepath.Join(folder, "*.md"))
	for _, path := range there {
		if _, ok := pages[filepath.Base(path)]; !ok {
			t.Errorf("%s is of no command (make generate)", path)
		}
	}
}

func writePages(t *testing.T, folder string, pages map[string]string) {
	t.Helper()
	old, _ := filepath.Glob(filepath.Join(folder, "*.md"))
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// bareEnv is an environment of nothing.
func bareEnv() *Env {
	return &Env{
		In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{},
		Getenv: func(string) string { return "" },
		Width:  func() int { return 80 },
		Cloud:  func(context.Context, cloud.Options) (*cloud.Cloud, error) { return nil, fmt.Errorf("no cloud") },
	}
}

// referencePages are a page a command and one of them all, by file name.
func referencePages(root *cobra.Command) map[string]string {
	pages := map[string]string{}
	var index strings.Builder
	index.WriteString("# Commands\n\nMade from the commands' own help by `make generate`.\n\n| command | what it does |\n|---|---|\n")
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Runnable() && c != root {
			name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".md"
			fmt.Fprintf(&index, "| [%s](%s) | %s |\n", c.CommandPath(), name, c.Short)
			pages[name] = referencePage(c)
		}
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				walk(sub)
			}
		}
	}
	walk(root)
	pages["README.md"] = index.String()
	return pages
}

func referencePage(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n", c.CommandPath(), c.Short)
	if c.Long != "" {
		fmt.Fprintf(&b, "%s\n\n", c.Long)
	}
	fmt.Fprintf(&b, "```\n%s\n```\n", c.UseLine())
	if c.Example != "" {
		fmt.Fprintf(&b, "\n## Examples\n\n```\n%s\n```\n", strings.TrimPrefix(strings.ReplaceAll(c.Example, "\n  ", "\n"), "  "))
	}
	if flags := c.NonInheritedFlags(); flags.HasAvailableFlags() {
		fmt.Fprintf(&b, "\n## Flags\n\n```\n%s```\n", flags.FlagUsages())
	}
	for i, sub := range c.Commands() {
		if i == 0 {
			b.WriteString("\n## Commands\n\n")
		}
		fmt.Fprintf(&b, "- [%s](%s.md): %s\n", sub.CommandPath(), strings.ReplaceAll(sub.CommandPath(), " ", "-"), sub.Short)
	}
	return b.String()
}
