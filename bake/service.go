package bake

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gekko"
	"gekko/remote"
	"gekko/tune"
)

// files are what gekko itself puts on an image: the service as a systemd unit
// named for the app, and the tuning of the host.
func (m *making) files() []tune.File {
	var all []tune.File
	if m.App.Service.Command != "" {
		all = append(all, tune.File{Path: unitFile(m.App.Name), Content: unit(m.App)})
	}
	if !m.App.Image.Untuned {
		all = append(all, tune.Files()...)
	}
	return all
}

func unitFile(app gekko.AppName) string { return "/etc/systemd/system/" + string(app) + ".service" }

// install puts the files in place. Each boot of an instance starts the service
// and applies the tuning.
func (m *making) install(ctx context.Context) error {
	began := time.Now()
	var b strings.Builder
	b.WriteString(m.checkService())
	for _, f := range m.files() {
		fmt.Fprintf(&b, "install -D -m 0644 %s %s || exit 1\n", remote.Path(buildFolder+"/"+kitName(f.Path)), remote.Path(f.Path))
	}
	what := []string{}
	if m.App.Service.Command != "" {
		fmt.Fprintf(&b, "systemctl daemon-reload && systemctl enable %s.service\n", m.App.Name)
		what = append(what, "service "+string(m.App.Name)+" installed")
	}
	if !m.App.Image.Untuned {
		what = append(what, "host tuned for heavy load")
	}
	if len(what) == 0 {
		return nil
	}
	if err := m.told(ctx, b.String()); err != nil {
		return fmt.Errorf("service: %w", err)
	}
	m.did(time.Since(began), "%s", strings.Join(what, "; "))
	return nil
}

// checkService is a script that finds what would only show when instances do
// not come up: a unit of the system that has the app's name, a user or a
// program that is not there.
func (m *making) checkService() string {
	if m.App.Service.Command == "" {
		return ""
	}
	var b strings.Builder
	for _, folder := range []string{"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"} {
		file := remote.Path(folder + "/" + string(m.App.Name) + ".service")
		fmt.Fprintf(&b, "if [ -e %s ] && ! grep -q %s %s; then echo %s is there already and not from gekko: name the app differently; exit 1; fi\n",
			file, remote.Quote(unitMark), file, file)
	}
	if user := m.App.Service.User; user != "" && user != "root" {
		fmt.Fprintf(&b, "if ! id -u %s >/dev/null 2>&1; then echo user %s is not on the image: add it in the recipe, as by useradd --system %s; exit 1; fi\n",
			remote.Quote(user), remote.Quote(user), remote.Quote(user))
	}
	if program, _, _ := strings.Cut(m.App.Service.Command, " "); plain.MatchString(program) && strings.HasPrefix(program, "/") {
		fmt.Fprintf(&b, "if [ ! -x %s ] && [ ! -x %s ]; then echo %s is not on the image, or not executable; exit 1; fi\n",
			remote.Path(program), program, program)
	}
	return b.String()
}

// keptSource is yes if the service runs from the source's folder itself.
func (m *making) keptSource() string {
	if strings.Contains(m.App.Service.Command, sourceFolder) {
		return "yes"
	}
	return ""
}

// unitMark tells gekko's units from others.
const unitMark = "Put here by gekko"

// unit is the service's systemd unit. It restarts for ever: how often it may
// fail is the balancer's and the group's to judge.
func unit(app gekko.App) string {
	s := app.Service
	var b strings.Builder
	fmt.Fprintf(&b, "# %s with the image; changes are lost with the next snapshot.\n", unitMark)
	fmt.Fprintf(&b, "[Unit]\nDescription=%s\nWants=network-online.target\nAfter=network-online.target\nStartLimitIntervalSec=0\n\n", app.Name)
	b.WriteString("[Service]\n")
	env := map[string]string{}
	if s.Port != 0 {
		env["PORT"] = strconv.Itoa(s.Port)
	}
	maps.Copy(env, s.Env)
	for _, k := range slices.Sorted(maps.Keys(env)) {
		fmt.Fprintf(&b, "Environment=%s\n", quoteUnit(k+"="+env[k]))
	}
	if s.User != "" && s.User != "root" {
		fmt.Fprintf(&b, "User=%s\n", s.User)
		if s.Port > 0 && s.Port < 1024 {
			b.WriteString("AmbientCapabilities=CAP_NET_BIND_SERVICE\n")
		}
	}
	fmt.Fprintf(&b, "ExecStart=%s\nRestart=always\nRestartSec=1\n", execStart(s.Command))
	if !app.Image.Untuned {
		fmt.Fprintf(&b, "LimitNOFILE=%d\n", tune.OpenFiles)
	}
	b.WriteString("\n[Install]\nWantedBy=multi-user.target\n")
	return b.String()
}

// plain is a command in which neither a shell nor systemd would see anything
// but words.
var plain = regexp.MustCompile(`^[A-Za-z0-9_./:=,+@ -]+$`)

// execStart is a command as systemd takes it: as it stands if its program has
// an absolute path and its words are plain, else by a shell
// (https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines).
func execStart(command string) string {
	if strings.HasPrefix(command, "/") && plain.MatchString(command) {
		return command
	}
	program, _, _ := strings.Cut(command, " ")
	if simple.MatchString(command) && !slices.Contains(shellWords, program) {
		command = "exec " + command // a shell that waits would be one process more
	}
	return "/bin/sh -c " + quoteUnit(strings.ReplaceAll(command, "$", "$$"))
}

// simple is a command that begins with a program, rather than with a variable,
// and goes on with no other.
var simple = regexp.MustCompile(`^[A-Za-z0-9_./+@-]+( [^;&|()]*)?$`)

// shellWords are what begins a simple command and is no program.
var shellWords = []string{"exec", "eval", "command", ".", "if", "for", "while", "until", "case"}

// quoteUnit makes one word of a unit file of any text.
func quoteUnit(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, "\n", `\n`).Replace(text) + `"`
}
