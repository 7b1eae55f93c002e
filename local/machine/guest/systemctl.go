//go:build linux

package guest

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// systemctl does what it is asked of services; of targets and sockets there
// are none.
func (s *system) systemctl(c *call) int {
	var words []string
	now, quiet, system := false, false, true
	for _, arg := range c.Args {
		switch {
		case arg == "--now":
			now = true
		case arg == "-q" || arg == "--quiet":
			quiet = true
		case arg == "--user":
			system = false
		case !strings.HasPrefix(arg, "-"):
			words = append(words, arg)
		}
	}
	if !system {
		return c.fail(1, "there is no manager of users' units here")
	}
	if len(words) == 0 {
		words = []string{"list-units"}
	}
	verb, names := words[0], words[1:]
	for i, n := range names {
		if !strings.Contains(n, ".") {
			names[i] = n + ".service"
		}
	}
	if !s.root(c) && !slices.Contains([]string{"status", "is-active", "is-enabled", "is-failed", "is-system-running", "list-units", "list-unit-files", "cat", "show", "--version"}, verb) {
		return c.fail(1, "Access denied: only root may %s", verb)
	}
	switch verb {
	case "daemon-reload", "daemon-reexec", "reset-failed", "preset", "preset-all":
		return 0
	case "poweroff", "halt", "reboot":
		return s.power(&call{Name: verb, uid: c.uid, files: c.files})
	case "is-system-running":
		c.print("%s", s.systemState())
		return 0
	case "list-units", "list-unit-files":
		s.listUnits(c)
		return 0
	}
	if len(names) == 0 {
		return c.fail(1, "%s: which unit?", verb)
	}
	status := 0
	for _, name := range names {
		status = max(status, s.unitVerb(c, verb, name, now, quiet))
	}
	return status
}

// unitVerb does one thing to one unit.
func (s *system) unitVerb(c *call, verb, name string, now, quiet bool) int {
	v := s.units
	if strings.HasSuffix(name, ".timer") {
		return s.timerVerb(c, verb, name)
	}
	var err error
	switch verb {
	case "start":
		err = v.start(name)
	case "stop", "kill":
		v.stop(name)
	case "restart", "force-reload":
		v.stop(name)
		err = v.start(name)
	case "try-restart", "condrestart":
		if v.state(name).state == "active" {
			v.stop(name)
			err = v.start(name)
		}
	case "reload":
		err = v.reload(name)
	case "reload-or-restart":
		if v.reload(name) != nil {
			v.stop(name)
			err = v.start(name)
		}
	case "enable":
		if err = v.enable(name); err == nil && now {
			err = v.start(name)
		}
	case "disable":
		if err = v.disable(name); now {
			v.stop(name)
		}
	case "mask":
		err = v.mask(name)
		if now {
			v.stop(name)
		}
	case "unmask":
		if target, _ := os.Readlink(v.path(name)); target == "/dev/null" {
			err = os.Remove(v.path(name))
		}
	default:
		return s.unitQuestion(c, verb, name, quiet)
	}
	if err != nil {
		return c.fail(1, "%v", err)
	}
	return 0
}

// timerVerb knows the transient timers of systemd-run; there are no others.
func (s *system) timerVerb(c *call, verb, name string) int {
	switch verb {
	case "stop":
		if !s.stopTimer(name) {
			return c.fail(5, "Unit %s not loaded.", name)
		}
	case "is-active", "status":
		if !s.hasTimer(name) {
			c.print("inactive")
			return 3
		}
		c.print("active")
	default:
		return c.fail(1, "%s %s: timers are supported as systemd-run makes them only", verb, name)
	}
	return 0
}

// unitQuestion answers what asks and does not act.
func (s *system) unitQuestion(c *call, verb, name string, quiet bool) int {
	say := func(text string) {
		if !quiet {
			c.print("%s", text)
		}
	}
	now := s.units.state(name)
	switch verb {
	case "is-active":
		say(now.state)
		if now.state != "active" {
			return 3
		}
	case "is-failed":
		say(now.state)
		if now.state != "failed" {
			return 1
		}
	case "is-enabled":
		state := s.units.enablement(name)
		say(state)
		if state != "enabled" && state != "static" {
			return 1
		}
	case "status":
		return s.status(c, name, now)
	case "cat":
		data, err := os.ReadFile(s.units.path(name))
		if err != nil {
			return c.fail(1, "No files found for %s.", name)
		}
		c.print("# %s\n%s", filepath.Join(unitDir, name), data)
	case "show":
		c.print("Id=%s\nActiveState=%s\nUnitFileState=%s\nMainPID=%d\nResult=%s", name, now.state, s.units.enablement(name), now.pid, now.result)
	default:
		return c.fail(1, "%s is not supported here", verb)
	}
	return 0
}

func (s *system) status(c *call, name string, now serviceState) int {
	u, err := readUnit(s.config.Root, name)
	if err != nil {
		return c.fail(4, "%v", err)
	}
	c.print("● %s - %s\n     Loaded: loaded (%s/%s; %s)\n     Active: %s since %s (%s)", name, u.Description, unitDir, name,
		s.units.enablement(name), now.state, now.since.UTC().Format(time.RFC1123), now.result)
	if now.pid > 0 {
		c.print("   Main PID: %d", now.pid)
	}
	c.print("\n%s", strings.Join(s.journalTail(name, 10), "\n"))
	if now.state != "active" {
		return 3
	}
	return 0
}

func (s *system) listUnits(c *call) {
	files, _ := filepath.Glob(filepath.Join(s.path(unitDir), "*.service"))
	for _, f := range files {
		name := filepath.Base(f)
		c.print("%-40s %-10s %s", name, s.units.enablement(name), s.units.state(name).state)
	}
}

// systemState is what is-system-running calls the whole.
func (s *system) systemState() string {
	s.units.mu.Lock()
	defer s.units.mu.Unlock()
	if s.units.stopping {
		return "stopping"
	}
	for _, sv := range s.units.services {
		if sv.state == "failed" {
			return "degraded"
		}
	}
	return "running"
}

// serviceState is a service at a moment.
type serviceState struct {
	state, result string
	pid           int
	since         time.Time
}

func (v *supervisor) state(name string) serviceState {
	v.mu.Lock()
	defer v.mu.Unlock()
	sv, ok := v.services[name]
	if !ok {
		return serviceState{state: "inactive", result: "never started"}
	}
	now := serviceState{state: sv.state, result: sv.result, since: sv.since}
	if sv.main != nil {
		now.pid = sv.main.PID
	}
	return now
}

func (v *supervisor) path(name string) string {
	return filepath.Join(v.system.path(unitDir), filepath.Base(name))
}

// enable links a unit to the targets that want it.
func (v *supervisor) enable(name string) error {
	u, err := readUnit(v.system.config.Root, name)
	if err != nil {
		return err
	}
	if len(u.WantedBy) == 0 {
		return errors.New("the unit files have no installation config (WantedBy=), so they are not meant to be enabled")
	}
	for _, target := range u.WantedBy {
		dir := filepath.Join(v.system.path(unitDir), filepath.Base(target)+".wants")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join(unitDir, u.Name), filepath.Join(dir, u.Name)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

func (v *supervisor) disable(name string) error {
	links, err := filepath.Glob(filepath.Join(v.system.path(unitDir), "*.wants", filepath.Base(name)))
	for _, l := range links {
		err = errors.Join(err, os.Remove(l))
	}
	return err
}

// mask keeps a unit from ever being started; one of the host's /usr, which is
// not looked at, may be masked too.
func (v *supervisor) mask(name string) error {
	path := v.path(name)
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		return errors.New("file " + filepath.Join(unitDir, name) + " already exists")
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Symlink("/dev/null", path)
}

func (v *supervisor) enablement(name string) string {
	if target, _ := os.Readlink(v.path(name)); target == "/dev/null" {
		return "masked"
	}
	if slices.Contains(v.enabled(), name) {
		return "enabled"
	}
	u, err := readUnit(v.system.config.Root, name)
	switch {
	case err != nil:
		return "not-found"
	case len(u.WantedBy) == 0:
		return "static"
	}
	return "disabled"
}
