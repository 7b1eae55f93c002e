//go:build linux

package guest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gekko/local/machine/control"
)

// timers are what is to happen later: planned shutdowns and transient units.
type timers struct {
	mu       sync.Mutex
	shutdown *time.Timer
	units    map[string]*time.Timer
}

func (t *timers) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shutdown != nil {
		t.shutdown.Stop()
	}
	for _, timer := range t.units {
		timer.Stop()
	}
}

// replyTime lets a command that ends the machine come back first, over SSH too.
const replyTime = 100 * time.Millisecond

// power is shutdown, reboot, poweroff and halt.
func (s *system) power(c *call) int {
	if !s.root(c) {
		return c.fail(1, "Access denied: only root may")
	}
	end, at := control.PoweredOff, time.Duration(0)
	if c.Name == "reboot" {
		end = control.Rebooting
	}
	if c.Name == "shutdown" {
		at = time.Minute // as the real one
	}
	words := 0
	for _, arg := range c.Args {
		switch {
		case arg == "-c":
			s.planEnd(0, 0)
			return 0
		case arg == "-r" || arg == "--reboot":
			end = control.Rebooting
		case strings.HasPrefix(arg, "-") && len(arg) == 2 && slices.Contains([]byte("hPHpfk"), arg[1]), strings.HasPrefix(arg, "--"):
		case words == 0 && c.Name == "shutdown":
			words++
			var err error
			if at, err = whenToEnd(arg, time.Now()); err != nil {
				return c.fail(1, "%v", err)
			}
		}
	}
	if at == 0 {
		s.say("%s: now", c.Name)
		time.AfterFunc(replyTime, func() { s.end(end) })
		return 0
	}
	s.planEnd(at, end)
	c.print("Shutdown scheduled for %s, use 'shutdown -c' to cancel.", time.Now().Add(at).UTC().Format(time.RFC1123))
	return 0
}

// planEnd ends the machine later; with no time it only drops the last plan.
func (s *system) planEnd(in time.Duration, end control.End) {
	s.timers.mu.Lock()
	defer s.timers.mu.Unlock()
	if s.timers.shutdown != nil {
		s.timers.shutdown.Stop()
	}
	if in > 0 {
		s.timers.shutdown = time.AfterFunc(in, func() { s.end(end) })
	}
}

// whenToEnd reads now, +MINUTES or HH:MM (UTC).
func whenToEnd(text string, now time.Time) (time.Duration, error) {
	if text == "now" {
		return 0, nil
	}
	if minutes, ok := strings.CutPrefix(text, "+"); ok {
		n, err := strconv.Atoi(minutes)
		return time.Duration(n) * time.Minute, err
	}
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(n) * time.Minute, nil
	}
	clock, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%q is not now, +minutes or hh:mm", text)
	}
	now = now.UTC()
	at := time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, time.UTC)
	if !at.After(now) {
		at = at.Add(24 * time.Hour)
	}
	return at.Sub(now), nil
}

// systemdRun starts a transient service, at once or after a time. It is gone
// with the boot, and so in no image.
func (s *system) systemdRun(c *call) int {
	if !s.root(c) {
		return c.fail(1, "Access denied: only root may")
	}
	u := unit{Type: "simple", Restart: "no", TimeoutStop: control.StopTime, RestartSec: 100 * time.Millisecond}
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
			return c.fail(1, "option %s is not supported here", name)
		}
		if err != nil {
			return c.fail(1, "%s: %v", name, err)
		}
	}
	if len(args) == 0 {
		return c.fail(1, "a command is missing")
	}
	u.Start = []command{{Words: args}}
	return s.transient(c, u, after, wait)
}

func (s *system) transient(c *call, u unit, after time.Duration, wait bool) int {
	s.timers.mu.Lock()
	if s.timers.units == nil {
		s.timers.units = map[string]*time.Timer{}
	}
	if u.Name == "" {
		u.Name = fmt.Sprintf("run-%d", time.Now().UnixNano())
	}
	u.Name = strings.TrimSuffix(u.Name, ".service")
	timer := u.Name + ".timer"
	if _, ok := s.timers.units[timer]; ok {
		s.timers.mu.Unlock()
		return c.fail(1, "Unit %s was already loaded", timer)
	}
	u.Name += ".service"
	if after > 0 {
		s.timers.units[timer] = time.AfterFunc(after, func() {
			s.say("%s: due", timer)
			s.timers.mu.Lock()
			delete(s.timers.units, timer)
			s.timers.mu.Unlock()
			if err := s.units.startUnit(u); err != nil {
				s.say("%v", err)
			}
		})
		s.timers.mu.Unlock()
		fmt.Fprintf(c.files[2], "Running timer as unit: %s\nWill run service as unit: %s\n", timer, u.Name)
		return 0
	}
	s.timers.mu.Unlock()
	if wait {
		u.Type = "oneshot"
	}
	if err := s.units.startUnit(u); err != nil {
		return c.fail(1, "%v", err)
	}
	fmt.Fprintf(c.files[2], "Running as unit: %s\n", u.Name)
	return 0
}

// stopTimer drops a transient timer, and says whether there was one.
func (s *system) stopTimer(name string) bool {
	s.timers.mu.Lock()
	defer s.timers.mu.Unlock()
	timer, ok := s.timers.units[name]
	if ok {
		timer.Stop()
		delete(s.timers.units, name)
	}
	return ok
}

// hasTimer says whether a transient timer runs.
func (s *system) hasTimer(name string) bool {
	s.timers.mu.Lock()
	defer s.timers.mu.Unlock()
	_, ok := s.timers.units[name]
	return ok
}
