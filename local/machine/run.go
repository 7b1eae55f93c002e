//go:build linux

package machine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"gekko/local/machine/control"
)

// run is a machine from its boot to its end, as the host sees it.
type run struct {
	machine *process
	control *control.Conn
	cmd     *exec.Cmd
	ready   chan []*os.File // listeners that init made
	gone    chan struct{}   // init has ended
	off     chan struct{}   // and the machine knows
	inside  []net.Listener
	ssh     net.Listener

	mu      sync.Mutex
	ended   End
	failed  error
	used    time.Duration
	dials   uint64
	pending map[uint64]chan dialed
}

type dialed struct {
	conn net.Conn
	err  error
}

func newRun(p *process, c *control.Conn, cmd *exec.Cmd) *run {
	return &run{
		machine: p, control: c, cmd: cmd, pending: map[uint64]chan dialed{},
		ready: make(chan []*os.File, 1), gone: make(chan struct{}), off: make(chan struct{}),
	}
}

// tell sends init its config, and the trees that only the host can open.
func (r *run) tell(c control.Config) error {
	var files []*os.File
	defer func() { control.CloseAll(files) }()
	for i := range c.Trees {
		t := &c.Trees[i]
		if os.Geteuid() != 0 || c.Confine != Namespaces && !t.Folder {
			continue
		}
		if err := t.Open(r.machine.host.usersFD()); err != nil {
			return err
		}
		t.Held, t.Index = true, len(files)
		files = append(files, t.File)
	}
	return r.control.Send(c, files...)
}

func (r *run) awaitReady(ctx context.Context) error {
	select {
	case files := <-r.ready:
		for _, f := range files {
			l, err := net.FileListener(f)
			f.Close()
			if err != nil {
				return err
			}
			r.inside = append(r.inside, l)
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-r.gone:
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.failed != nil {
			return r.failed
		}
		return fmt.Errorf("init ended (%v): %s", r.cmd.ProcessState, lastLine(r.machine.Console()))
	}
}

// serve answers what init's listeners accept, and takes SSH connections in.
func (r *run) serve() error {
	spec := r.machine.spec
	if len(r.inside) > 0 {
		go http.Serve(r.inside[0], newMetadata(spec))
	}
	if len(r.inside) > 1 {
		go http.Serve(r.inside[1], newOutbound())
	}
	if !spec.Address.IsValid() {
		return nil
	}
	l, err := net.Listen("tcp", net.JoinHostPort(spec.Address.String(), fmt.Sprint(r.machine.host.SSHPort())))
	if err != nil {
		return fmt.Errorf("its SSH: %w", err)
	}
	r.ssh = l
	go r.forwardSSH()
	return nil
}

// forwardSSH hands connections to init as they are: nothing is copied. One that
// cannot be handed over is closed; the next may be.
func (r *run) forwardSSH() {
	for {
		conn, err := r.ssh.Accept()
		if err != nil {
			return
		}
		if err := r.give(conn); err != nil {
			r.machine.host.log.Warn("an SSH connection was not handed over", "machine", r.machine.spec.ID, "why", err)
		}
	}
}

func (r *run) give(conn net.Conn) error {
	defer conn.Close()
	f, err := conn.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return err
	}
	defer f.Close()
	return r.control.Send(control.Message{Op: control.SSH}, f)
}

// listen keeps the console and hears init until both end with it.
func (r *run) listen(output *os.File) {
	go func() {
		// What init started in a fallback may hold the console open for a
		// moment longer, so its end is not waited for.
		io.Copy(&r.machine.console, output)
		output.Close()
	}()
	heard := make(chan struct{})
	go func() { r.hear(); close(heard) }()
	r.cmd.Wait()
	// What it said last is still to be read.
	r.control.SetReadDeadline(time.Now().Add(time.Second))
	<-heard
	r.control.Close()
	r.close()
	r.machine.host.endLeft(r.machine)
	close(r.gone)
}

func (r *run) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ssh != nil {
		r.ssh.Close()
	}
	for _, l := range r.inside {
		l.Close()
	}
	for id, answer := range r.pending {
		answer <- dialed{err: syscall.ECONNREFUSED}
		delete(r.pending, id)
	}
	r.pending = nil
}

// hear takes init's messages. Root inside may have forged any of them; none
// can do more than end the machine or answer a dial with a socket of its own.
func (r *run) hear() {
	for {
		var m control.Message
		files, err := r.control.Receive(&m)
		if err != nil {
			return
		}
		switch m.Op {
		case control.Ready:
			if m.Error != "" {
				r.mu.Lock()
				r.failed = errors.New(m.Error)
				r.mu.Unlock()
				break
			}
			select {
			case r.ready <- files:
				continue
			default:
			}
		case control.Dial:
			r.dialled(m, files)
		case control.Ended:
			if m.End == PoweredOff || m.End == Rebooting {
				r.decide(m.End)
			}
		case control.Processor:
			r.mu.Lock()
			r.used = max(r.used, m.Used)
			r.mu.Unlock()
		}
		control.CloseAll(files)
	}
}

func (r *run) dialled(m control.Message, files []*os.File) {
	r.mu.Lock()
	answer, ok := r.pending[m.ID]
	delete(r.pending, m.ID)
	r.mu.Unlock()
	if !ok {
		return
	}
	if len(files) == 0 {
		answer <- dialed{err: dialError(m.Error)}
		return
	}
	conn, err := net.FileConn(files[0])
	answer <- dialed{conn, err}
}

func dialError(text string) error {
	if text == "" || text == syscall.ECONNREFUSED.Error() {
		return syscall.ECONNREFUSED
	}
	return errors.New(text)
}

func (r *run) dial(ctx context.Context, port int) (net.Conn, error) {
	answer := make(chan dialed, 1)
	r.mu.Lock()
	if r.pending == nil {
		r.mu.Unlock()
		return nil, syscall.ECONNREFUSED
	}
	r.dials++
	id := r.dials
	r.pending[id] = answer
	r.mu.Unlock()
	if err := r.control.Send(control.Message{Op: control.Dial, ID: id, Port: port}); err != nil {
		return nil, syscall.ECONNREFUSED
	}
	select {
	case d := <-answer:
		return d.conn, d.err
	case <-ctx.Done():
		r.mu.Lock()
		_, waiting := r.pending[id]
		delete(r.pending, id)
		r.mu.Unlock()
		if !waiting { // its answer is on the way
			if d := <-answer; d.conn != nil {
				d.conn.Close()
			}
		}
		return nil, context.Cause(ctx)
	}
}

// decide settles why the machine ends; the first reason counts.
func (r *run) decide(e End) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended == 0 {
		r.ended = e
	}
}

func (r *run) end() End {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended == 0 {
		return Crashed
	}
	return r.ended
}

// processor is what init counted, or, once it has ended, what the kernel did
// for it and all that it waited for.
func (r *run) processor() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.gone:
		if s := r.cmd.ProcessState; s != nil {
			return max(r.used, s.UserTime()+s.SystemTime())
		}
	default:
	}
	return r.used
}

func (r *run) kill() { r.cmd.Process.Kill() }

func lastLine(text []byte) string {
	end := len(text)
	for end > 0 && text[end-1] == '\n' {
		end--
	}
	start := end
	for start > 0 && text[start-1] != '\n' {
		start--
	}
	return string(text[start:end])
}
