//go:build linux

package machine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// keep is the first process of a machine where no namespaces can be had. It
// confines itself to the machine's folders, so that no link in them leads it
// out, fills the disk and becomes init, under which all else is confined once
// more. As init it adopts the orphans of what it starts, and ends all of them
// when the host ends.
func keep() error {
	runtime.LockOSThread() // Landlock confines a thread, and what it becomes
	spare, err := unix.FcntlInt(3, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	host, err := control.New(os.NewFile(uintptr(spare), "control"))
	if err != nil {
		return err
	}
	err = becomeKeeper(host)
	host.Send(control.Message{Op: control.Ready, Error: err.Error()})
	return err
}

func becomeKeeper(host *control.Conn) error {
	var c control.Config
	files, err := host.Receive(&c)
	if err != nil {
		return err
	}
	unix.Umask(0o022)
	// A copy stays inside what it copies by itself, and the rights to come do
	// not reach images.
	if err := fill(&c, files); err != nil {
		return err
	}
	cache, err := openCache(&c, files)
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	allowed := rights(&c)
	allowed.Read = append(allowed.Read, "/proc")
	if cache != nil {
		allowed.Caches = []int{int(cache.Fd())}
	}
	if err := allowed.enter(); err != nil {
		return err
	}
	return becomeInit(c, c.Program)
}

// fill copies the disk's first content, if this is its first boot. The host
// sends it where only the host can open it.
func fill(c *control.Config, sent []*os.File) error {
	for _, t := range c.Trees {
		if t.Name != control.TreeFrom {
			continue
		}
		if err := t.Take(sent); err != nil {
			return err
		}
		defer t.File.Close()
		disk, err := os.Open(c.Root)
		if err != nil {
			return err
		}
		defer disk.Close()
		return copyTree(t.File, disk)
	}
	return nil
}

// openCache leaves the caller's Go build cache open for init.
func openCache(c *control.Config, sent []*os.File) (*os.File, error) {
	for _, t := range c.Trees {
		if t.Name != control.TreeCache {
			continue
		}
		if err := t.Take(sent); err != nil {
			return nil, err
		}
		if _, err := unix.FcntlInt(t.File.Fd(), unix.F_SETFD, 0); err != nil {
			return nil, err
		}
		c.Cache = int(t.File.Fd())
		return t.File, nil
	}
	return nil, nil
}

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

// rights are what the processes of a machine without namespaces may reach.
func rights(c *control.Config) confinement {
	r := confinement{Landlock: c.Confine == Landlock, Write: []string{c.Root, c.Scratch}, Read: slices.Concat(hostReadable[:], []string{c.Program})}
	// Its commands' links; only init writes them.
	r.Write = append(r.Write, c.Run)
	return r
}

// confined gives what starts a program with those rights.
func (s *system) confined(path string, args []string) (string, []string, error) {
	r := rights(&s.config)
	r.Filter, r.Path, r.Args = r.Landlock, path, args
	if s.hostCache != nil {
		r.Caches = []int{control.HostCache}
	}
	spec, err := json.Marshal(r)
	return s.config.Program, []string{control.RoleConfine, string(spec)}, err
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
