//go:build linux

package machine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
	"gekko/local/machine/disk"
)

// Host makes machines out of this computer's processes.
type Host struct {
	options  Options
	log      *slog.Logger
	dir      string
	lock     *os.File
	asked    *runFolder // the one asked for, if dir had to be another
	confine  string
	why      []string // what was tried and could not be had
	users    users    // that machines have
	usersNS  *os.File // a user namespace of them; nil: the caller's own user
	spawner  *spawner
	lowPorts bool
	goRoot   string
	goCache  string

	mu       sync.Mutex
	bases    map[string]string // name: folder of its disk
	machines map[*process]bool
}

// Open finds out how machines can be confined here, by making one, locks the
// run folder and removes what dead runs left beside it.
func Open(ctx context.Context, o Options) (*Host, error) {
	h := &Host{options: o, log: o.Log, spawner: newSpawner(), bases: map[string]string{}, machines: map[*process]bool{}}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if err := h.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("machines: %w", err), h.Close())
	}
	return h, nil
}

func (h *Host) open(ctx context.Context) error {
	// Nothing that this process inherited may reach a machine.
	if err := unix.CloseRange(3, ^uint(0)>>1, unix.CLOSE_RANGE_CLOEXEC); err != nil && !errors.Is(err, unix.ENOSYS) {
		return fmt.Errorf("keep open files to myself: %w", err)
	}
	if err := h.claim(); err != nil {
		return err
	}
	if err := h.copyProgram(); err != nil {
		return err
	}
	var err error
	if h.users, err = findUsers(); err != nil {
		h.why = append(h.why, err.Error())
	}
	h.lowPorts = mayListen(22)
	h.goRoot, h.goCache = h.options.GoRoot, h.options.GoCache
	if h.goRoot == "" && h.goCache == "" {
		h.goRoot, h.goCache = goEnvironment(ctx)
	}
	return h.choose(ctx)
}

// choose takes the strongest confinement in which a machine really boots.
func (h *Host) choose(ctx context.Context) error {
	for _, kind := range []string{Namespaces, Landlock, None} {
		if h.options.Confine != "" && h.options.Confine != kind {
			continue
		}
		if kind == None && !h.options.Unconfined {
			h.why = append(h.why, "going on without any was not allowed (--unconfined)")
			continue
		}
		h.confine = kind
		err := h.try(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		h.why = append(h.why, fmt.Sprintf("%s: %v", kind, err))
		h.log.Info("machines cannot be confined so", "kind", kind, "why", err)
	}
	return fmt.Errorf("nothing can confine their processes here: %s", strings.Join(h.why, "; "))
}

// try boots a machine and ends it.
func (h *Host) try(ctx context.Context) error {
	if h.confine == Namespaces {
		if err := h.holdUsers(); err != nil {
			return err
		}
	}
	if err := h.comeNear(); err != nil {
		return err
	}
	for _, dir := range []string{h.dir, filepath.Join(h.dir, "instances"), filepath.Join(h.dir, "bases")} {
		err := os.MkdirAll(dir, 0o700)
		if err = errors.Join(err, os.Chmod(dir, h.folderMode())); err != nil {
			return err
		}
	}
	h.bases = map[string]string{} // another confinement's users
	if h.users.count == 0 {
		return errors.New("no users for machines")
	}
	m, err := h.newProcess(Spec{ID: "probe", Base: Bases()[0].Name})
	if err != nil {
		return err
	}
	err = m.Boot(ctx, Boot{}, func(End) {})
	return errors.Join(err, m.Remove())
}

// holdUsers opens a user namespace like those of machines, by which the host's
// files can be shown as their root's.
func (h *Host) holdUsers() error {
	if !h.users.many() {
		return nil
	}
	in, hold, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	cmd, err := h.spawner.start(control.RoleHold, nil, []*os.File{in}, h.users.attr())
	if err != nil {
		hold.Close()
		return fmt.Errorf("new user namespace: %w", err)
	}
	h.usersNS, err = os.Open(fmt.Sprintf("/proc/%d/ns/user", cmd.Process.Pid))
	hold.Close()
	cmd.Wait()
	return err
}

// usersFD is that namespace's descriptor, or -1.
func (h *Host) usersFD() int {
	if h.usersNS == nil {
		return -1
	}
	return int(h.usersNS.Fd())
}

// copyProgram puts this program where machines can be shown it, and the
// commands that are links to it beside.
func (h *Host) copyProgram() error {
	in, err := os.Open("/proc/self/exe")
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(h.programPath(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	if err := out.Close(); err != nil {
		return err
	}
	for _, dir := range []string{"bin", "sbin"} {
		dir = filepath.Join(h.shimsPath(), dir)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for _, name := range control.Commands() {
			if err := os.Symlink(control.RunDir+"/program", filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	for i := range 256 {
		dir := filepath.Join(h.shimsPath(), control.OpenDir, fmt.Sprintf("%02x", i))
		if err := errors.Join(os.MkdirAll(dir, 0o777), os.Chmod(dir, 0o777)); err != nil {
			return err
		}
	}
	return os.Chmod(filepath.Join(h.shimsPath(), control.OpenDir), 0o777)
}

func (h *Host) programPath() string { return filepath.Join(h.dir, "program") }
func (h *Host) shimsPath() string   { return filepath.Join(h.dir, "shims") }

// base gives the folder of a base's disk, writing it at first need.
func (h *Host) base(name string) (Base, string, error) {
	for _, b := range Bases() {
		if b.Name != name {
			continue
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if dir, ok := h.bases[name]; ok {
			return b, dir, nil
		}
		dir := filepath.Join(h.dir, "bases", name)
		owner := -1
		if os.Geteuid() == 0 {
			owner = h.users.first
		}
		if err := os.RemoveAll(dir); err != nil {
			return b, "", err
		}
		if err := disk.Write(dir, b, h.confine == Namespaces && h.users.many(), owner); err != nil {
			return b, "", fmt.Errorf("base %s: %w", name, err)
		}
		h.bases[name] = dir
		return b, dir, nil
	}
	return Base{}, "", fmt.Errorf("base %s: there is none of that name", name)
}

// New makes a machine, off. Its disk is made at its first boot, so its image
// must stay until then.
func (h *Host) New(s Spec) (Machine, error) {
	if s.ID == "" || strings.ContainsAny(s.ID, "/.") {
		return nil, fmt.Errorf("machine %q: the id is not a plain name", s.ID)
	}
	if !s.Address.IsLoopback() {
		return nil, fmt.Errorf("machine %s: %v is not a loopback address", s.ID, s.Address)
	}
	return h.newProcess(s)
}

// Confinement is Namespaces, Landlock or None.
func (h *Host) Confinement() string { return h.confine }

// Gap is what the confinement does not keep machines from, in a sentence; empty:
// nothing that is known. Landlock holds neither modes nor times of files, and an
// ordinary user's machines run as that user.
func (h *Host) Gap() string {
	if h.confine == Landlock && os.Geteuid() != 0 {
		return "instances run as you: Landlock keeps them from reading and writing your files, but not from changing their modes and times"
	}
	return ""
}

// Why says what stronger confinements were tried, and why they cannot be had.
func (h *Host) Why() []string { return h.why }

// LowPorts says whether this process may listen below 1024.
func (h *Host) LowPorts() bool { return h.lowPorts }

// SSHPort is where machines' SSH servers listen outside: 22, or 2222 for
// those who may not listen below 1024.
func (h *Host) SSHPort() int {
	if h.lowPorts {
		return 22
	}
	return 2222
}

// Close ends every machine and deletes the run folder.
func (h *Host) Close() error {
	h.mu.Lock()
	var all []*process
	for m := range h.machines {
		all = append(all, m)
	}
	h.mu.Unlock()
	var wait sync.WaitGroup
	for _, m := range all {
		wait.Go(m.Kill)
	}
	wait.Wait()
	if h.usersNS != nil {
		h.usersNS.Close()
	}
	err := h.release()
	h.spawner.close()
	return err
}

// mayListen tries a port of a loopback address that hardly anybody uses.
func mayListen(port int) bool {
	l, err := net.Listen("tcp4", fmt.Sprintf("127.91.%d.%d:%d", os.Getpid()%251+1, os.Getpid()/251%251+1, port))
	if err != nil {
		return !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.EPERM)
	}
	l.Close()
	return true
}

// goEnvironment asks the go command, if there is one, where its root and its
// build cache are.
func goEnvironment(ctx context.Context) (root, cache string) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOCACHE").Output()
	if err != nil {
		return "", ""
	}
	root, cache, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	return root, cache
}
