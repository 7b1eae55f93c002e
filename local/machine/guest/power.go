//go:build linux

package guest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gekko/local/machine/control"
	"gekko/local/machine/guest/command"
)

// replyTime lets a command that ends the machine come back first, over SSH too.
const replyTime = 100 * time.Millisecond

// power is shutdown, reboot, poweroff and halt.
func (s *system) power(c *command.Call) int {
	if !c.Root() {
		return c.Fail(1, "Access denied: only root may")
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
				return c.Fail(1, "%v", err)
			}
		}
	}
	if at == 0 {
		s.Say("%s: now", c.Name)
		time.AfterFunc(replyTime, func() { s.end(end) })
		return 0
	}
	s.planEnd(at, end)
	c.Print("Shutdown scheduled for %s, use 'shutdown -c' to cancel.", time.Now().Add(at).UTC().Format(time.RFC1123))
	return 0
}

// planEnd ends the machine later; with no time it only drops the last plan.
func (s *system) planEnd(in time.Duration, end control.End) {
	s.planning.Lock()
	defer s.planning.Unlock()
	if s.planned != nil {
		s.planned.Stop()
	}
	if in > 0 {
		s.planned = time.AfterFunc(in, func() { s.end(end) })
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
