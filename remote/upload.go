package remote

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
)

// Path is a file's path on the host as a word for its shell. DESTDIR is empty
// on a machine of its own; where a machine shares its root with others it is
// the folder that stands for the root.
func Path(name string) string { return `"${DESTDIR:-}"` + Quote(name) }

// Unpack brings a tar stream over into a folder, which is made if need be. The
// files belong to root.
func (s *Session) Unpack(ctx context.Context, tar io.Reader, folder string) error {
	into := Path(folder)
	var last string
	err := s.Run(ctx, s.Root("mkdir -p "+into+" && tar -xf - --no-same-owner -C "+into), tar, func(line string) { last = line })
	if err != nil && last != "" {
		err = fmt.Errorf("%w: %s", err, last)
	}
	if err != nil {
		return fmt.Errorf("upload to %s: %w", folder, err)
	}
	return nil
}

// File is a file to bring over.
type File struct {
	Name    string // within the folder that it is for, with slashes
	Mode    fs.FileMode
	Content []byte
}

// Put brings files over into a folder, as Unpack does.
func (s *Session) Put(ctx context.Context, folder string, files []File) error {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.Name, Mode: int64(f.Mode.Perm()), Size: int64(len(f.Content)), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(h); err != nil {
			return fmt.Errorf("upload of %s: %w", f.Name, err)
		}
		if _, err := w.Write(f.Content); err != nil {
			return fmt.Errorf("upload of %s: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("upload to %s: %w", folder, err)
	}
	return s.Unpack(ctx, &b, folder)
}
