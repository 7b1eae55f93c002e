//go:build linux

package machine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// keeperMain is init where no namespaces can be had: a process outside that
// starts the machine's processes confined, adopts their orphans and ends all
// of them when the host ends.
func keeperMain() error {
	control, err := newControl(os.NewFile(3, "control"))
	if err != nil {
		return err
	}
	var c config
	if _, err := control.receive(&c); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	s := &system{config: c, control: control}
	if err := s.settle(); err != nil {
		control.send(message{Op: opReady, Error: err.Error()})
		return err
	}
	return s.live()
}

// settle makes the machine's folders what a root would be.
func (s *system) settle() error {
	unix.Umask(0o022)
	for _, t := range s.config.Trees {
		if t.Name != treeFrom {
			continue
		}
		from, err := os.Open(t.Path)
		if err != nil {
			return err
		}
		defer from.Close()
		disk, err := os.Open(s.config.Root)
		if err != nil {
			return err
		}
		defer disk.Close()
		if err := copyTree(from, disk); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(s.config.Run); err != nil {
		return err
	}
	bin := filepath.Join(s.config.Run, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	program := filepath.Join(s.config.Run, "program")
	if err := os.Symlink(s.hostProgram(), program); err != nil {
		return err
	}
	for _, name := range commandNames() {
		if err := os.Symlink(s.hostProgram(), filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	return s.probe()
}

// hostProgram is the host's copy of this program, beside its machines.
func (s *system) hostProgram() string {
	return filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(s.config.Root))), "program")
}

// probe finds out whether a process can be confined as all of them will be.
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
	s.kids.reap()
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

// confined gives what starts a program confined.
func (s *system) confined(path string, args []string) (string, []string) {
	c := confinement{
		Landlock: s.config.Confine == Landlock,
		Write:    []string{s.config.Root},
		Read:     append(hostReadable[:], s.config.Run, s.hostProgram()),
		Path:     path, Args: args,
	}
	for _, t := range s.config.Trees {
		if t.Name == treeScratch {
			c.Write = append(c.Write, t.Path)
		}
	}
	spec, err := json.Marshal(c)
	if err != nil {
		return path, args // a struct of strings: it cannot be
	}
	return s.hostProgram(), []string{roleConfine, string(spec)}
}

// endTree ends what a dead run without namespaces left: processes that say of
// themselves, in their environment, that they belong to its folder.
func endTree(dir string) {
	mark := []byte("MACHINE_RUN=" + dir + "/")
	for _, e := range readProcesses() {
		env, err := os.ReadFile("/proc/" + strconv.Itoa(e.pid) + "/environ")
		if err != nil || e.pid == os.Getpid() {
			continue
		}
		if bytes.HasPrefix(env, mark) || bytes.Contains(env, append([]byte{0}, mark...)) {
			unix.Kill(e.pid, unix.SIGKILL)
		}
	}
}

// endLeft ends what a keeper left that was killed itself.
func (h *Host) endLeft(p *process) {
	if h.confine != Namespaces {
		endTree(p.dir)
	}
}
