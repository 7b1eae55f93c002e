//go:build linux

package disk

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// What a machine leaves on its disk may be meant to harm who copies it.
func TestACopyWithstandsWhatItCopies(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	vast := filepath.Join(from, "vast")
	if err := os.WriteFile(vast, []byte("begin"), 0o600); err != nil {
		t.Fatal(err)
	}
	const size = 1 << 40
	f, err := os.OpenFile(vast, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("middle"), size/2); err != nil {
		t.Skip(err) // a file system without room for such a size
	}
	if err := f.Truncate(size); err != nil {
		t.Skip(err)
	}
	f.Close()
	if err := unix.Mkfifo(filepath.Join(from, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc", filepath.Join(from, "link")); err != nil {
		t.Fatal(err)
	}
	source, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	target, err := os.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	if err := Copy(source, target); err != nil {
		t.Fatal(err)
	}
	var st unix.Stat_t
	if err := unix.Stat(filepath.Join(to, "vast"), &st); err != nil || st.Size != size || st.Blocks > 1<<12 {
		t.Errorf("the copy has %d bytes in %d blocks, %v", st.Size, st.Blocks, err)
	}
	text := make([]byte, 6)
	copied, err := os.Open(filepath.Join(to, "vast"))
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if _, err := copied.ReadAt(text, size/2); err != nil || string(text) != "middle" {
		t.Errorf("its middle is %q, %v", text, err)
	}
	if where, err := os.Readlink(filepath.Join(to, "link")); err != nil || where != "/etc" {
		t.Errorf("the link leads to %q, %v", where, err)
	}
	if _, err := os.Lstat(filepath.Join(to, "pipe")); !os.IsNotExist(err) {
		t.Errorf("the pipe: %v", err)
	}
}
