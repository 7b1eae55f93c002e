package remote

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// Path is a file's path on the host as a word for its shell. DESTDIR is empty
// on a machine of its own; where a machine shares its root with others it is
// the folder that stands for the root.
func Path(name string) string { return `"${DESTDIR:-}"` + Quote(name) }

// Unpack brings a tar stream over into a folder, which is made if need be. The
// files belong to root.
func (s *Session) Unpack(ctx context.Context, tar io.Reader, folder string) error {
	into := Path(folder)
	err := s.runQuiet(ctx, s.Root("mkdir -p "+into+" && tar -xf - --no-same-owner -C "+into), tar)
	if err != nil {
		return fmt.Errorf("upload to %s: %w", folder, err)
	}
	return nil
}

// WriteFile writes a file, as root, making its folder if need be. The file has
// its mode from the first byte on and replaces another in one step.
func (s *Session) WriteFile(ctx context.Context, name string, mode fs.FileMode, content []byte) error {
	to, part := Path(name), Path(name+".part")
	script := fmt.Sprintf("mkdir -p %s && rm -f %s && umask 077 && : > %s && chmod %04o %s && cat > %s && mv -f %s %s",
		Path(path.Dir(name)), part, part, mode.Perm(), part, part, part, to)
	if err := s.runQuiet(ctx, s.Root(script), bytes.NewReader(content)); err != nil {
		return fmt.Errorf("upload of %s: %w", name, err)
	}
	return nil
}

// runQuiet runs a command whose output is only of interest if it fails.
func (s *Session) runQuiet(ctx context.Context, command string, stdin io.Reader) error {
	var last string
	err := s.Run(ctx, command, stdin, func(line string) { last = line })
	if err != nil && last != "" {
		return fmt.Errorf("%w: %s", err, last)
	}
	return err
}
