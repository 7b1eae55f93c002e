//go:build linux

package unit

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/command"
)

// timers are transient ones: units that are to start later.
type timers struct {
	mu    sync.Mutex
	units map[string]*time.Timer
}

func (t *timers) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, timer := range t.units {
		timer.Stop()
	}
}

// SystemdRun starts a transient service, at once or after a time. It is gone
// with the boot, and so in no image.
func (v *Supervisor) SystemdRun(c *command.Call) int {
	if !c.Root() {
		return c.Fail(1, "Access denied: only root may")
	}
	u := unit{Type: "simple", Restart: "no", TimeoutStop: control.StopTime, RestartDelay: 100 * time.Millisecond}
	var after time.Duration
	args := c.Args
	wait := false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		name, value, given := strings.Cut(args[0], "=")
		args = args[1:]
		if name == "--" {
			break
		}
		if !given && len(args) > 0 && slices.Contains([]string{"--unit", "-u", "--on-active", "--description", "-p", "--property", "--uid", "--working-directory", "-E", "--setenv"}, name) {
			value, args = args[0], args[1:]
		}
		var err error
		switch name {
		case "--unit", "-u":
			u.Name = value
		case "--on-active":
			after, err = parseTime(value)
		case "-p", "--property":
			key, setting, _ := strings.Cut(value, "=")
			err = u.set(key, setting)
		case "--uid":
			u.User = value
		case "--working-directory":
			u.WorkingDirectory = value
		case "-E", "--setenv":
			u.Environment = append(u.Environment, value)
		case "--wait":
			wait = true
		case "--description", "--collect", "-G", "-q", "--quiet", "--no-block", "--system", "--timer-property", "-r", "--remain-after-exit", "--no-ask-password":
		default:
			return c.Fail(1, "option %s is not supported here", name)
		}
		if err != nil {
			return c.Fail(1, "%s: %v", name, err)
		}
	}
	if len(args) == 0 {
		return c.Fail(1, "a command is missing")
	}
	u.Start = []line{{Words: args}}
	return v.transient(c, u, after, wait)
}

func (v *Supervisor) transient(c *command.Call, u unit, after time.Duration, wait bool) int {
	v.timers.mu.Lock()
	if v.timers.units == nil {
		v.timers.units = map[string]*time.Timer{}
	}
	if u.Name == "" {
		u.Name = fmt.Sprintf("run-%d", time.Now().UnixNano())
	}
	u.Name = strings.TrimSuffix(u.Name, ".service")
	timer := u.Name + ".timer"
	if _, ok := v.timers.units[timer]; ok {
		v.timers.mu.Unlock()
		return c.Fail(1, "Unit %s was already loaded", timer)
	}
	u.Name += ".service"
	if after > 0 {
		v.timers.units[timer] = time.AfterFunc(after, func() {
			v.system.Say("%s: due", timer)
			v.timers.mu.Lock()
			delete(v.timers.units, timer)
			v.timers.mu.Unlock()
			if err := v.startUnit(u); err != nil {
				v.system.Say("%v", err)
			}
		})
		v.timers.mu.Unlock()
		fmt.Fprintf(c.Files[2], "Running timer as unit: %s\nWill run service as unit: %s\n", timer, u.Name)
		return 0
	}
	v.timers.mu.Unlock()
	if wait {
		u.Type = "oneshot"
	}
	if err := v.startUnit(u); err != nil {
		return c.Fail(1, "%v", err)
	}
	fmt.Fprintf(c.Files[2], "Running as unit: %s\n", u.Name)
	return 0
}

// stopTimer drops a transient timer, and says whether there was one.
func (v *Supervisor) stopTimer(name string) bool {
	v.timers.mu.Lock()
	defer v.timers.mu.Unlock()
	timer, ok := v.timers.units[name]
	if ok {
		timer.Stop()
		delete(v.timers.units, name)
	}
	return ok
}

// hasTimer says whether a transient timer runs.
func (v *Supervisor) hasTimer(name string) bool {
	v.timers.mu.Lock()
	defer v.timers.mu.Unlock()
	_, ok := v.timers.units[name]
	return ok
}
