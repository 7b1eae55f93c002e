//go:build linux

package machine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// process is the real kind of machine: an init and what it starts.
type process struct {
	host    *Host
	spec    Spec
	dir     string // holds its disk, and what no image holds
	console console

	boot sync.Mutex // one boot, freeze or removal at a time

	mu   sync.Mutex
	on   *run // nil: off
	past time.Duration
	made bool // its disk is
}

func (h *Host) newProcess(s Spec) (*process, error) {
	p := &process{host: h, spec: s, dir: filepath.Join(h.dir, "instances", s.ID)}
	if err := os.Mkdir(p.dir, h.folderMode()); err != nil {
		return nil, fmt.Errorf("machine %s: %w", s.ID, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.machines[p] = true
	return p, nil
}

func (p *process) disk() string    { return filepath.Join(p.dir, "disk") }
func (p *process) scratch() string { return filepath.Join(p.dir, "scratch") }
func (p *process) run() string     { return filepath.Join(p.dir, "run") }

// Boot starts init and waits until it serves.
func (p *process) Boot(ctx context.Context, b Boot, ended func(End)) error {
	p.boot.Lock()
	defer p.boot.Unlock()
	if p.running() != nil {
		return fmt.Errorf("machine %s: it runs already", p.spec.ID)
	}
	c, err := p.config(b)
	if err == nil {
		err = p.folders()
	}
	if err != nil {
		return fmt.Errorf("machine %s: %w", p.spec.ID, err)
	}
	r, err := p.start(ctx, c)
	if err != nil {
		err = fmt.Errorf("machine %s: boot: %w", p.spec.ID, err)
		if !p.made { // a part of a disk is none
			err = errors.Join(err, p.host.deleteTree(p.disk()))
		}
		return err
	}
	p.mu.Lock()
	p.made, p.on = true, r
	p.mu.Unlock()
	go func() {
		<-r.gone
		p.mu.Lock()
		p.on, p.past = nil, p.past+r.processor()
		p.mu.Unlock()
		close(r.off)
		ended(r.end())
	}()
	return nil
}

// config is what this boot tells init.
func (p *process) config(b Boot) (control.Config, error) {
	h := p.host
	c := control.Config{
		ID: p.spec.ID, Address: p.spec.Address.String(), Zone: p.spec.Zone, Region: p.spec.Region, Type: p.spec.Type,
		Hostname: "ip-" + strings.ReplaceAll(p.spec.Address.String(), ".", "-"),
		Boot:     b, Confine: h.confine,
		Root: "/", Run: control.RunDir, Program: h.programPath(), Mapped: h.users.many(),
	}
	from := p.spec.Image
	if from == "" {
		var err error
		if c.Base, from, err = h.base(p.spec.Base); err != nil {
			return c, err
		}
	}
	if h.confine != Namespaces {
		c.Root, c.Run, c.Scratch, c.Mapped = p.disk(), p.run(), p.scratch(), false
	}
	c.Trees = []control.Tree{{Name: control.TreeDisk, Path: p.disk(), Write: true}, {Name: control.TreeScratch, Path: p.scratch(), Write: true}}
	if !p.made {
		c.Trees = append(c.Trees, control.Tree{Name: control.TreeFrom, Path: from, Folder: true})
	}
	if h.confine == Namespaces {
		h.show(&c)
	} else if h.hasCache() {
		c.Trees = append(c.Trees, control.Tree{Name: control.TreeCache, Path: h.goCache, Folder: true})
	}
	return c, nil
}

// folders makes what the machine owns on the host.
func (p *process) folders() error {
	owner := -1
	if os.Geteuid() == 0 {
		owner = p.host.users.first
	}
	for _, dir := range []string{p.disk(), p.scratch(), p.run()} {
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		if err := os.Lchown(dir, owner, owner); err != nil {
			return err
		}
	}
	return nil
}

// start runs init until it says that it serves, or why it cannot.
func (p *process) start(ctx context.Context, c control.Config) (*run, error) {
	ours, theirs, err := control.Pair()
	if err != nil {
		return nil, err
	}
	in, out, err := os.Pipe()
	if err != nil {
		theirs.Close()
		ours.Close()
		return nil, err
	}
	role, sys := control.RoleKeeper, p.host.lessRights()
	if c.Confine == Namespaces {
		role, sys = control.RoleEnter, p.host.users.attr()
		sys.Cloneflags |= unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC
	}
	cmd, err := p.host.spawner.start(role, out, []*os.File{theirs}, sys)
	out.Close()
	theirs.Close() // so that its end is seen
	if err != nil {
		in.Close()
		ours.Close()
		return nil, fmt.Errorf("new process: %w", err)
	}
	r := newRun(p, ours, cmd)
	go r.listen(in)
	if err = r.tell(c); err == nil {
		err = r.awaitReady(ctx)
	}
	if err == nil {
		err = r.serve()
	}
	if err != nil {
		r.kill()
		<-r.gone
		return nil, err
	}
	return r, nil
}

func (p *process) running() *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.on
}

// Shutdown ends it in order.
func (p *process) Shutdown(ctx context.Context) {
	r := p.running()
	if r == nil {
		return
	}
	r.decide(Halted)
	if r.control.Send(control.Message{Op: control.Shutdown}) == nil {
		// Init gives services and processes some seconds each.
		timer := time.NewTimer(control.StopTime + control.KillTime + 5*time.Second)
		defer timer.Stop()
		select {
		case <-r.off:
			return
		case <-ctx.Done():
		case <-timer.C:
		}
	}
	p.Kill()
}

// Kill ends it at once. The kernel ends all that is in its PID namespace.
func (p *process) Kill() {
	if r := p.running(); r != nil {
		r.decide(Halted)
		r.kill()
		<-r.off
	}
}

// Dial has init connect inside, and takes the connection over.
func (p *process) Dial(ctx context.Context, port int) (net.Conn, error) {
	r := p.running()
	if r == nil {
		return nil, p.refused(port, unix.ECONNREFUSED)
	}
	if p.host.confine != Namespaces {
		return p.dialOutside(ctx, port)
	}
	conn, err := r.dial(ctx, port)
	if err != nil {
		return nil, p.refused(port, err)
	}
	return conn, nil
}

// dialOutside is for machines whose network is the host's.
func (p *process) dialOutside(ctx context.Context, port int) (net.Conn, error) {
	if port == 22 {
		port = p.host.SSHPort()
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", net.JoinHostPort(p.spec.Address.String(), strconv.Itoa(port)))
}

func (p *process) refused(port int, why error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: address{p.spec.Address.String(), port}, Err: why}
}

// Console gives the last 64 KiB of output.
func (p *process) Console() []byte { return p.console.bytes() }

// CPU is what its processes used, as init counts it every second.
func (p *process) CPU() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.on == nil {
		return p.past
	}
	return p.past + p.on.processor()
}

// Remove ends it and deletes its disk. A boot that is under way is waited for:
// what comes up must not live on without a disk.
func (p *process) Remove() error {
	p.boot.Lock()
	defer p.boot.Unlock()
	p.Kill()
	p.host.mu.Lock()
	delete(p.host.machines, p)
	p.host.mu.Unlock()
	return p.host.deleteTree(p.dir)
}
