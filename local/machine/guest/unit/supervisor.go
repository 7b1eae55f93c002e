//go:build linux

package unit

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/command"
	"gekko/local/machine/guest/process"
)

// Supervisor runs services as their units say.
type Supervisor struct {
	system *process.System
	power  func(*command.Call) int
	timers timers

	mu       sync.Mutex
	services map[string]*service
	stopping bool
}

// service is a unit that was started, or was to be.
type service struct {
	unit   unit
	state  string // inactive, activating, active, deactivating, failed
	result string // why it is not active
	main   *process.Child
	since  time.Time
	starts []time.Time // within the limit's interval
	stop   chan struct{}
	over   chan struct{} // its life has ended; nil: it never began
}

// New supervises a machine's units; power ends the machine, as a command asks
// for it.
func New(s *process.System, power func(*command.Call) int) *Supervisor {
	return &Supervisor{system: s, power: power, services: map[string]*service{}}
}

// StartAll starts what is enabled.
func (v *Supervisor) StartAll() {
	for _, name := range v.enabled() {
		if err := v.start(name); err != nil {
			v.system.Say("%v", err)
		}
	}
}

func (v *Supervisor) enabled() []string {
	links, _ := filepath.Glob(filepath.Join(v.system.Path(unitDir), "*.target.wants", "*.service"))
	var names []string
	for _, l := range links {
		if name := filepath.Base(l); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// start begins a service's life and returns when it is active, or failed to
// become so. For a oneshot that is when it is done.
func (v *Supervisor) start(name string) error {
	u, err := readUnit(v.system.Config.Root, name)
	if err != nil {
		return err
	}
	return v.startUnit(u)
}

func (v *Supervisor) startUnit(u unit) error {
	v.mu.Lock()
	if v.stopping {
		v.mu.Unlock()
		return errors.New("the system is going down")
	}
	if old, ok := v.services[u.Name]; ok && old.running() {
		v.mu.Unlock()
		return nil
	}
	sv := &service{unit: u, state: "activating", since: time.Now(), stop: make(chan struct{}), over: make(chan struct{})}
	v.services[u.Name] = sv
	v.mu.Unlock()
	for _, key := range u.Ignored {
		v.system.Say("%s: %s= has no effect here", u.Name, key)
	}
	started := make(chan error, 1)
	go v.live(sv, started)
	return <-started
}

func (sv *service) running() bool {
	return sv.state == "active" || sv.state == "activating" || sv.state == "deactivating"
}

// live is a service from its first start to its end, restarts included.
func (v *Supervisor) live(sv *service, started chan<- error) {
	defer close(sv.over)
	tell := func(err error) {
		select {
		case started <- err:
		default:
		}
	}
	for {
		status, err := v.once(sv, tell)
		failed := err != nil || status != 0
		if !v.again(sv, failed) {
			state, result := "inactive", "success"
			if failed && !sv.stopped() {
				state, result = "failed", fmt.Sprintf("exit status %d", status)
				if err != nil {
					result = err.Error()
				}
				v.system.Say("%s failed: %s", sv.unit.Name, result)
				tell(fmt.Errorf("%s failed: %s; see journalctl -u %s", sv.unit.Name, result, sv.unit.Name))
			} else if sv.unit.RemainAfterExit && !sv.stopped() {
				state = "active"
			}
			v.set(sv, state, result)
			tell(nil)
			return
		}
		v.set(sv, "activating", "auto-restart")
		tell(err)
		timer := time.NewTimer(sv.unit.RestartDelay)
		select {
		case <-timer.C:
		case <-sv.stop:
			timer.Stop()
		}
	}
}

// once runs the service one time.
func (v *Supervisor) once(sv *service, tell func(error)) (int, error) {
	u := sv.unit
	base, err := v.program(u)
	if err != nil {
		return 1, err
	}
	defer control.CloseAll(base.Files[:])
	for _, c := range u.StartPre {
		if status, err := v.run(sv, base, c); err != nil || status != 0 {
			return status, err
		}
	}
	status := 0
	for _, c := range u.Start {
		ch, err := v.begin(base, c)
		if err != nil {
			return 203, err // as systemd: EXEC
		}
		v.mu.Lock()
		sv.main = ch
		v.mu.Unlock()
		if u.Type != "oneshot" {
			v.set(sv, "active", "")
			for _, post := range u.StartPost {
				v.run(sv, base, post)
			}
			tell(nil)
		}
		status = v.await(sv, ch)
		v.mu.Lock()
		sv.main = nil
		v.mu.Unlock()
		if status != 0 && !c.MayFail {
			return status, nil
		}
		status = 0
	}
	return status, nil
}

// run starts a command of the unit and waits for it.
func (v *Supervisor) run(sv *service, base process.Program, c line) (int, error) {
	ch, err := v.begin(base, c)
	if err != nil {
		if c.MayFail {
			return 0, nil
		}
		return 203, err
	}
	status := v.await(sv, ch)
	if c.MayFail {
		status = 0
	}
	return status, nil
}

func (v *Supervisor) begin(base process.Program, c line) (*process.Child, error) {
	base.Args = expand(c.Words, base.Env)
	if len(base.Args) == 0 {
		return nil, errors.New("a command without words")
	}
	if c.Privileged {
		base.User = process.User{}
	}
	return v.system.Start(base)
}

// await waits for a process, and ends it if the service is to stop.
func (v *Supervisor) await(sv *service, ch *process.Child) int {
	select {
	case status := <-ch.Done:
		ch.Signal(unix.SIGKILL) // what it left in its group
		return process.ExitCode(status)
	case <-sv.stop:
	}
	v.set(sv, "deactivating", "")
	if base, err := v.program(sv.unit); err == nil {
		base.Env = append(base.Env, fmt.Sprintf("MAINPID=%d", ch.PID))
		for _, c := range sv.unit.Stop {
			if stopper, err := v.begin(base, c); err == nil {
				stopper.Wait()
			}
		}
		control.CloseAll(base.Files[:])
	}
	ch.Signal(unix.SIGTERM)
	timer := time.NewTimer(sv.unit.TimeoutStop)
	defer timer.Stop()
	select {
	case status := <-ch.Done:
		ch.Signal(unix.SIGKILL)
		return process.ExitCode(status)
	case <-timer.C:
		ch.Signal(unix.SIGKILL)
		return ch.Wait()
	}
}

// again says whether the unit is to be started anew, within its limits.
func (v *Supervisor) again(sv *service, failed bool) bool {
	if sv.stopped() {
		return false
	}
	switch sv.unit.Restart {
	case "always":
	case "on-failure", "on-abnormal", "on-abort", "on-watchdog":
		if !failed {
			return false
		}
	case "on-success":
		if failed {
			return false
		}
	default:
		return false
	}
	if sv.unit.LimitBurst <= 0 || sv.unit.LimitInterval <= 0 {
		return true
	}
	now := time.Now()
	sv.starts = slices.DeleteFunc(append(sv.starts, now), func(t time.Time) bool { return now.Sub(t) > sv.unit.LimitInterval })
	if len(sv.starts) >= sv.unit.LimitBurst {
		v.system.Say("%s: start request repeated too quickly", sv.unit.Name)
		return false
	}
	return true
}

func (sv *service) stopped() bool {
	select {
	case <-sv.stop:
		return true
	default:
		return false
	}
}

func (v *Supervisor) set(sv *service, state, result string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if sv.state != state {
		sv.since = time.Now()
	}
	sv.state, sv.result = state, result
}

// stop ends a service and waits until it has ended.
func (v *Supervisor) stop(name string) {
	v.mu.Lock()
	sv, ok := v.services[name]
	if ok && !sv.stopped() {
		close(sv.stop)
	}
	v.mu.Unlock()
	if !ok {
		return
	}
	<-sv.over
	v.mu.Lock()
	defer v.mu.Unlock()
	if sv.state == "active" { // RemainAfterExit
		sv.state = "inactive"
	}
}

// StopAll ends all services, and lets none start any more.
func (v *Supervisor) StopAll() {
	v.timers.stop()
	v.mu.Lock()
	v.stopping = true
	var names []string
	for name := range v.services {
		names = append(names, name)
	}
	v.mu.Unlock()
	var wait sync.WaitGroup
	for _, name := range names {
		wait.Go(func() { v.stop(name) })
	}
	wait.Wait()
}

// reload runs what the unit says of it, or restarts nothing.
func (v *Supervisor) reload(name string) error {
	v.mu.Lock()
	sv, ok := v.services[name]
	var main *process.Child
	if ok {
		main = sv.main
	}
	v.mu.Unlock()
	if main == nil {
		return fmt.Errorf("unit %s is not active, so it cannot be reloaded", name)
	}
	if len(sv.unit.Reload) == 0 {
		return fmt.Errorf("unit %s has no ExecReload", name)
	}
	base, err := v.program(sv.unit)
	if err != nil {
		return err
	}
	defer control.CloseAll(base.Files[:])
	base.Env = append(base.Env, fmt.Sprintf("MAINPID=%d", main.PID))
	for _, c := range sv.unit.Reload {
		ch, err := v.begin(base, c)
		if err != nil {
			return err
		}
		if status := ch.Wait(); status != 0 && !c.MayFail {
			return fmt.Errorf("unit %s: reload: exit status %d", name, status)
		}
	}
	return nil
}
