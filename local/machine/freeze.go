//go:build linux

package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"gekko/local/machine/control"
)

// Freeze copies the disk. A running machine goes on meanwhile, and what it
// writes may or may not be in the copy. The copy is made by a process with no
// more rights than the machine's own root has.
func (p *process) Freeze(ctx context.Context, dir string) error {
	p.boot.Lock()
	defer p.boot.Unlock()
	if !p.made {
		return fmt.Errorf("machine %s: it has never been on, so it has no disk", p.spec.ID)
	}
	if err := p.copy(ctx, p.disk(), dir); err != nil {
		return errors.Join(fmt.Errorf("machine %s: freeze: %w", p.spec.ID, err), p.host.deleteTree(dir))
	}
	return nil
}

func (p *process) copy(ctx context.Context, from, to string) error {
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(to, p.host.users.first, p.host.users.first); err != nil {
			return err
		}
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.Open(to)
	if err != nil {
		return err
	}
	defer target.Close()
	failures, out, err := os.Pipe()
	if err != nil {
		return err
	}
	defer failures.Close()
	cmd, err := p.host.spawner.start(control.RoleCopy, out, []*os.File{source, target}, p.copyRights())
	out.Close()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { cmd.Process.Kill() })
	defer stop()
	var said console
	copied := make(chan struct{})
	go func() { failures.WriteTo(&said); close(copied) }()
	err = cmd.Wait()
	<-copied
	if err != nil {
		return errors.Join(context.Cause(ctx), fmt.Errorf("%s", lastLine(said.bytes())))
	}
	return nil
}

// copyRights are those of root inside, or where there is no inside, of the
// user that the machine's processes run as.
func (p *process) copyRights() syscall.SysProcAttr {
	if p.host.confine == Namespaces {
		return p.host.users.attr()
	}
	return p.host.lessRights()
}

// lessRights starts a process as a user who owns nothing of the caller's, if
// the caller is root.
func (h *Host) lessRights() syscall.SysProcAttr {
	if os.Geteuid() != 0 {
		return syscall.SysProcAttr{}
	}
	id := uint32(h.users.first)
	return syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id, Gid: id, Groups: []uint32{}}}
}

// folderMode lets that user pass through the run folder to a machine's own,
// where no namespace leads there.
func (h *Host) folderMode() os.FileMode {
	if h.confine != Namespaces && os.Geteuid() == 0 {
		return 0o711
	}
	return 0o700
}
