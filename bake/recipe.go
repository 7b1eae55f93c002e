package bake

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"gekko"
	"gekko/remote"
)

// Places on the builder.
const (
	buildFolder  = "/var/lib/gekko/build" // goes before the image is made
	sourceFolder = buildFolder + "/source"
)

// upload brings the commit's tree to the builder, and with it what gekko itself
// puts to use there. The recipe's scripts are files, so that what they run may
// read from its standard input.
func (m *making) upload(ctx context.Context) error {
	began := time.Now()
	archive := m.tree.archive(ctx)
	defer archive.Close()
	if err := m.session.Unpack(ctx, archive, sourceFolder); err != nil {
		return err
	}
	var kit []remote.File
	for n, step := range m.App.Recipe {
		if step.Copy == "" {
			kit = append(kit, remote.File{Name: scriptName(n + 1), Mode: 0o644, Content: []byte(step.Run + "\n")})
		}
	}
	for _, f := range m.files() {
		kit = append(kit, remote.File{Name: kitName(f.Path), Mode: 0o644, Content: []byte(f.Content)})
	}
	if err := m.session.Put(ctx, buildFolder, kit); err != nil {
		return err
	}
	m.did(time.Since(began), "tree of commit %s uploaded to %s", m.mark.Commit.Short(), sourceFolder)
	return nil
}

// scriptName is where a run step's script is within the build folder.
func scriptName(step int) string { return fmt.Sprintf("step-%d.sh", step) }

// kitName is where a file of the image waits within the build folder.
func kitName(path string) string { return "kit" + path }

// cook carries out the recipe.
func (m *making) cook(ctx context.Context) error {
	for n, step := range m.App.Recipe {
		began := time.Now()
		words := stepWords(step)
		do := m.runStep
		if step.Copy != "" {
			do = m.copyStep
		}
		if err := do(ctx, n+1, step); err != nil {
			return fmt.Errorf("recipe step %d (%s): %w", n+1, words, err)
		}
		m.did(time.Since(began), "recipe step %d done: %s", n+1, words)
	}
	return nil
}

// stepWords names a step by its first line.
func stepWords(s gekko.RecipeStep) string {
	if s.Copy != "" {
		return "copy " + s.Copy + " to " + s.To
	}
	first, more, _ := strings.Cut(strings.TrimSpace(s.Run), "\n")
	if more != "" {
		first += " …"
	}
	return "run " + first
}

// runStep runs a script as root in the source's folder.
func (m *making) runStep(ctx context.Context, n int, _ gekko.RecipeStep) error {
	return m.told(ctx, fmt.Sprintf("cd %s && exec env %s sh -e %s",
		remote.Path(sourceFolder), m.environment(), remote.Path(buildFolder+"/"+scriptName(n))))
}

// environment is what a recipe's scripts find set.
func (m *making) environment() string {
	var words []string
	for _, v := range [][2]string{
		{"GEKKO_APP", string(m.App.Name)},
		{"GEKKO_COMMIT", string(m.mark.Commit)},
		{"GEKKO_SNAPSHOT", string(m.mark.Snapshot)},
		{"DEBIAN_FRONTEND", "noninteractive"},
	} {
		words = append(words, v[0]+"="+remote.Quote(v[1]))
	}
	return strings.Join(words, " ")
}

// copyStep copies a file, or a folder's content, out of the source. A mode is
// for files; folders keep theirs.
func (m *making) copyStep(ctx context.Context, _ int, step gekko.RecipeStep) error {
	from, to := remote.Quote(step.Copy), remote.Path(step.To)
	var b strings.Builder
	fmt.Fprintf(&b, "cd %s || exit 1\n", remote.Path(sourceFolder))
	fmt.Fprintf(&b, "if [ ! -e %s ]; then echo the source has no %s; exit 1; fi\n", from, from)
	if step.Mode != "" {
		fmt.Fprintf(&b, "find %s -type f -exec chmod %s {} +\n", from, remote.Quote(step.Mode))
	}
	into := remote.Path(path.Dir(step.To))
	if strings.HasSuffix(step.To, "/") {
		into = to
	}
	fmt.Fprintf(&b, "if [ -d %s ]; then mkdir -p %s && cp -Rp %s/. %s; else mkdir -p %s && cp -p %s %s; fi\n", from, to, from, to, into, from, to)
	return m.told(ctx, b.String())
}

// lastLines is how much of its output a failed step shows again.
const lastLines = 20

// told runs a script as root and tells its output. An error shows the last
// lines. SSH keeps no order between the two outputs of a command, so they are
// made one before: an error message stands where it was printed.
func (m *making) told(ctx context.Context, script string) error {
	var last []string
	err := m.session.Run(ctx, m.session.Root("exec 2>&1\n"+script), nil, func(line string) {
		m.Report.Tell(gekko.Output, line, 0)
		if last = append(last, line); len(last) > lastLines {
			last = last[1:]
		}
	})
	if _, ok := errors.AsType[*remote.ExitError](err); ok && len(last) > 0 {
		return fmt.Errorf("%w; its last lines:\n  %s", err, strings.Join(last, "\n  "))
	}
	return err
}
