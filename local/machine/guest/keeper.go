//go:build linux

package guest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/confine"
)

// lay puts the machine's commands where its PATH begins, and finds out whether
// a process can be confined as all of them will be.
func (s *system) lay() error {
	entries, err := os.ReadDir(s.config.Run)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(s.config.Run, e.Name())); err != nil {
			return err
		}
	}
	bin := filepath.Join(s.config.Run, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	if err := os.Symlink(s.config.Program, filepath.Join(s.config.Run, "program")); err != nil {
		return err
	}
	for _, name := range append(control.Commands(), control.CommandCache) {
		if err := os.Symlink(s.config.Program, filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	return s.probe()
}

func (s *system) probe() error {
	in, out, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	ch, err := s.start(program{Args: []string{"/bin/sh", "-c", "exit 0"}, Env: s.environment(), Files: [3]*os.File{null, out, out}})
	out.Close()
	if err != nil {
		return err
	}
	text := make([]byte, 4096)
	n, _ := in.Read(text)
	if status := ch.wait(); status != 0 {
		return fmt.Errorf("confine a process: exit status %d: %s", status, bytes.TrimSpace(text[:n]))
	}
	return nil
}

// confined gives what starts a program with those rights.
func (s *system) confined(path string, args []string) (string, []string, error) {
	r := confine.Of(&s.config)
	r.Filter, r.Path, r.Args = r.Landlock, path, args
	if s.hostCache != nil {
		r.Caches = []int{control.HostCache}
	}
	spec, err := json.Marshal(r)
	return s.config.Program, []string{control.RoleConfine, string(spec)}, err
}
