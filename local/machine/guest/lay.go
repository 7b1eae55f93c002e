//go:build linux

package guest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/process"
)

// lay puts the machine's commands where its PATH begins, and finds out whether
// a process can be confined as all of them will be.
func (s *system) lay() error {
	entries, err := os.ReadDir(s.Config.Run)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(s.Config.Run, e.Name())); err != nil {
			return err
		}
	}
	bin := filepath.Join(s.Config.Run, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	if err := os.Symlink(s.Config.Program, filepath.Join(s.Config.Run, "program")); err != nil {
		return err
	}
	for _, name := range append(control.Commands(), control.CommandCache) {
		if err := os.Symlink(s.Config.Program, filepath.Join(bin, name)); err != nil {
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
	ch, err := s.Start(process.Program{Args: []string{"/bin/sh", "-c", "exit 0"}, Env: s.Environment(), Files: [3]*os.File{null, out, out}})
	out.Close()
	if err != nil {
		return err
	}
	text := make([]byte, 4096)
	n, _ := in.Read(text)
	if status := ch.Wait(); status != 0 {
		return fmt.Errorf("confine a process: exit status %d: %s", status, bytes.TrimSpace(text[:n]))
	}
	return nil
}
