//go:build linux

package unit

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gekko/local/machine/guest/command"
)

// Systemctl does what it is asked of services; of targets and sockets there
// are none.
func (v *Supervisor) Systemctl(c *command.Call) int {
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
		return c.Fail(1, "there is no manager of users' units here")
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
	if !c.Root() && !slices.Contains([]string{"status", "is-active", "is-enabled", "is-failed", "is-system-running", "list-units", "list-unit-files", "cat", "show", "--version"}, verb) {
		return c.Fail(1, "Access denied: only root may %s", verb)
	}
	switch verb {
	case "daemon-reload", "daemon-reexec", "reset-failed", "preset", "preset-all":
		return 0
	case "poweroff", "halt", "reboot":
		return v.power(c.As(verb))
	case "is-system-running":
		c.Print("%s", v.systemState())
		return 0
	case "list-units", "list-unit-files":
		v.listUnits(c)
		return 0
	}
	if len(names) == 0 {
		return c.Fail(1, "%s: which unit?", verb)
	}
	status := 0
	for _, name := range names {
		status = max(status, v.unitVerb(c, verb, name, now, quiet))
	}
	return status
}

// unitVerb does one thing to one unit.
func (v *Supervisor) unitVerb(c *command.Call, verb, name string, now, quiet bool) int {
	if strings.HasSuffix(name, ".timer") {
		return v.timerVerb(c, verb, name)
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
		return v.unitQuestion(c, verb, name, quiet)
	}
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	return 0
}

// timerVerb knows the transient timers of systemd-run; there are no others.
func (v *Supervisor) timerVerb(c *command.Call, verb, name string) int {
	switch verb {
	case "stop":
		if !v.stopTimer(name) {
			return c.Fail(5, "Unit %s not loaded.", name)
		}
	case "is-active", "status":
		if !v.hasTimer(name) {
			c.Print("inactive")
			return 3
		}
		c.Print("active")
	default:
		return c.Fail(1, "%s %s: timers are supported as systemd-run makes them only", verb, name)
	}
	return 0
}

// unitQuestion answers what asks and does not act.
func (v *Supervisor) unitQuestion(c *command.Call, verb, name string, quiet bool) int {
	say := func(text string) {
		if !quiet {
			c.Print("%s", text)
		}
	}
	now := v.state(name)
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
		state := v.enablement(name)
		say(state)
		if state != "enabled" && state != "static" {
			return 1
		}
	case "status":
		return v.status(c, name, now)
	case "cat":
		data, err := os.ReadFile(v.path(name))
		if err != nil {
			return c.Fail(1, "No files found for %s.", name)
		}
		c.Print("# %s\n%s", filepath.Join(unitDir, name), data)
	case "show":
		c.Print("Id=%s\nActiveState=%s\nUnitFileState=%s\nMainPID=%d\nResult=%s", name, now.state, v.enablement(name), now.pid, now.result)
	default:
		return c.Fail(1, "%s is not supported here", verb)
	}
	return 0
}

func (v *Supervisor) status(c *command.Call, name string, now serviceState) int {
	u, err := readUnit(v.system.Config.Root, name)
	if err != nil {
		return c.Fail(4, "%v", err)
	}
	c.Print("● %s - %s\n     Loaded: loaded (%s/%s; %s)\n     Active: %s since %s (%s)", name, u.Description, unitDir, name,
		v.enablement(name), now.state, now.since.UTC().Format(time.RFC1123), now.result)
	if now.pid > 0 {
		c.Print("   Main PID: %d", now.pid)
	}
	c.Print("\n%s", strings.Join(v.journalTail(name, 10), "\n"))
	if now.state != "active" {
		return 3
	}
	return 0
}

func (v *Supervisor) listUnits(c *command.Call) {
	files, _ := filepath.Glob(filepath.Join(v.system.Path(unitDir), "*.service"))
	for _, f := range files {
		name := filepath.Base(f)
		c.Print("%-40s %-10s %s", name, v.enablement(name), v.state(name).state)
	}
}

// systemState is what is-system-running calls the whole.
func (v *Supervisor) systemState() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.stopping {
		return "stopping"
	}
	for _, sv := range v.services {
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

func (v *Supervisor) state(name string) serviceState {
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

func (v *Supervisor) path(name string) string {
	return filepath.Join(v.system.Path(unitDir), filepath.Base(name))
}

// enable links a unit to the targets that want it.
func (v *Supervisor) enable(name string) error {
	u, err := readUnit(v.system.Config.Root, name)
	if err != nil {
		return err
	}
	if len(u.WantedBy) == 0 {
		return errors.New("the unit files have no installation config (WantedBy=), so they are not meant to be enabled")
	}
	for _, target := range u.WantedBy {
		dir := filepath.Join(v.system.Path(unitDir), filepath.Base(target)+".wants")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.Symlink(filepath.Join(unitDir, u.Name), filepath.Join(dir, u.Name)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

func (v *Supervisor) disable(name string) error {
	links, err := filepath.Glob(filepath.Join(v.system.Path(unitDir), "*.wants", filepath.Base(name)))
	for _, l := range links {
		err = errors.Join(err, os.Remove(l))
	}
	return err
}

// mask keeps a unit from ever being started; one of the host's /usr, which is
// not looked at, may be masked too.
func (v *Supervisor) mask(name string) error {
	path := v.path(name)
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		return errors.New("file " + filepath.Join(unitDir, name) + " already exists")
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Symlink("/dev/null", path)
}

func (v *Supervisor) enablement(name string) string {
	if target, _ := os.Readlink(v.path(name)); target == "/dev/null" {
		return "masked"
	}
	if slices.Contains(v.enabled(), name) {
		return "enabled"
	}
	u, err := readUnit(v.system.Config.Root, name)
	switch {
	case err != nil:
		return "not-found"
	case len(u.WantedBy) == 0:
		return "static"
	}
	return "disabled"
}
