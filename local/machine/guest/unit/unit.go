//go:build linux

// Package unit supervises a machine's services as systemd would: it reads their
// units, starts and restarts them, keeps their journals and answers systemctl,
// systemd-run and journalctl. It knows nothing of logins or of the host.
package unit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gekko/local/machine/control"
)

// unitDir is where units are installed and enabled.
const unitDir = "/etc/systemd/system"

// unit is a service as its file says, with systemd's own defaults.
type unit struct {
	Name        string
	Description string

	Type             string // simple, exec, notify (as simple), oneshot
	StartPre, Start  []line
	StartPost        []line
	Reload, Stop     []line
	Environment      []string
	EnvironmentFiles []string // a leading - lets it be missing
	User, Group      string
	WorkingDirectory string
	Restart          string // no, on-failure, always, ...
	RestartDelay     time.Duration
	TimeoutStop      time.Duration
	RemainAfterExit  bool
	LimitBurst       int           // so many starts
	LimitInterval    time.Duration // in so long, then it failed
	WantedBy         []string

	Ignored []string // what the file says and has no effect here
}

// line is one of Exec...: words in which variables are still to be put.
type line struct {
	Words      []string
	MayFail    bool // a leading -
	Privileged bool // a leading + or !
}

// cosmetic settings need no word: they order or describe, or limit what is
// limited by the machine itself.
var cosmetic = []string{
	"After", "Before", "Wants", "Requires", "Documentation", "BindsTo", "PartOf", "Conflicts", "DefaultDependencies",
	"StandardOutput", "StandardError", "StandardInput", "SyslogIdentifier", "LimitNOFILE", "LimitNPROC", "LimitCORE", "KillMode", "KillSignal",
	"TimeoutStartSec", "TimeoutSec", "Alias", "Also", "TasksMax", "OOMScoreAdjust", "Nice", "UMask", "NotifyAccess", "Slice",
}

// readUnit finds a unit by name among those installed.
func readUnit(root, name string) (unit, error) {
	if !strings.Contains(name, ".") {
		name += ".service"
	}
	if !strings.HasSuffix(name, ".service") {
		return unit{}, fmt.Errorf("unit %s: only services are supervised here", name)
	}
	path := filepath.Join(root, unitDir, name)
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return unit{}, fmt.Errorf("unit %s could not be found", name)
	}
	if err != nil {
		return unit{}, err
	}
	if target, err := os.Readlink(path); err == nil && target == "/dev/null" {
		return unit{}, fmt.Errorf("unit %s is masked", name)
	}
	var text strings.Builder
	text.WriteString(string(data))
	drops, _ := filepath.Glob(path + ".d/*.conf")
	slices.Sort(drops)
	for _, drop := range drops {
		more, err := os.ReadFile(drop)
		if err != nil {
			return unit{}, err
		}
		text.WriteString("\n" + string(more))
	}
	return parseUnit(name, text.String())
}

// parseUnit reads what systemd.syntax(7) describes.
func parseUnit(name, text string) (unit, error) {
	u := unit{
		Name: name, Type: "simple", Restart: "no", RestartDelay: 100 * time.Millisecond,
		TimeoutStop: control.StopTime, LimitBurst: 5, LimitInterval: 10 * time.Second,
	}
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") || strings.HasPrefix(line, "[") {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return u, fmt.Errorf("unit %s: %q is neither a section nor a setting", name, line)
		}
		if err := u.set(strings.TrimSpace(key), strings.TrimSpace(value)); err != nil {
			return u, fmt.Errorf("unit %s: %s: %w", name, key, err)
		}
	}
	if len(u.Start) == 0 && u.Type != "oneshot" {
		return u, fmt.Errorf("unit %s: it has no ExecStart", name)
	}
	return u, nil
}

func (u *unit) set(key, value string) (err error) {
	value = strings.NewReplacer("%%", "%", "%n", u.Name, "%N", strings.TrimSuffix(u.Name, ".service"), "%p", strings.TrimSuffix(u.Name, ".service")).Replace(value)
	switch key {
	case "Description":
		u.Description = value
	case "Type":
		u.Type = value
		if !slices.Contains([]string{"simple", "exec", "oneshot", "notify", "idle"}, value) {
			err = fmt.Errorf("%s is not supported here; simple, exec, notify and oneshot are", value)
		}
	case "ExecStartPre":
		u.StartPre, err = addCommand(u.StartPre, value)
	case "ExecStart":
		u.Start, err = addCommand(u.Start, value)
	case "ExecStartPost":
		u.StartPost, err = addCommand(u.StartPost, value)
	case "ExecReload":
		u.Reload, err = addCommand(u.Reload, value)
	case "ExecStop":
		u.Stop, err = addCommand(u.Stop, value)
	case "Environment":
		var words []string
		words, err = splitWords(value)
		if u.Environment = append(u.Environment, words...); value == "" {
			u.Environment = nil
		}
	case "EnvironmentFile":
		u.EnvironmentFiles = append(u.EnvironmentFiles, value)
	case "User":
		u.User = value
	case "Group":
		u.Group = value
	case "WorkingDirectory":
		u.WorkingDirectory = value
	case "Restart":
		u.Restart = value
	case "RestartSec":
		u.RestartDelay, err = parseTime(value)
	case "TimeoutStopSec":
		u.TimeoutStop, err = parseTime(value)
	case "StartLimitIntervalSec", "StartLimitInterval":
		u.LimitInterval, err = parseTime(value)
	case "StartLimitBurst":
		u.LimitBurst, err = strconv.Atoi(value)
	case "RemainAfterExit":
		u.RemainAfterExit = value == "yes" || value == "true" || value == "1" || value == "on"
	case "WantedBy", "RequiredBy":
		u.WantedBy = append(u.WantedBy, strings.Fields(value)...)
	default:
		if !slices.Contains(cosmetic, key) {
			u.Ignored = append(u.Ignored, key)
		}
	}
	return err
}

// addCommand adds a line to a list; an empty one empties it.
func addCommand(list []line, text string) ([]line, error) {
	if text == "" {
		return nil, nil
	}
	var c line
	for text != "" && strings.ContainsRune("-@:+!", rune(text[0])) {
		switch text[0] {
		case '-':
			c.MayFail = true
		case '+', '!':
			c.Privileged = true
		}
		text = text[1:]
	}
	var err error
	if c.Words, err = splitWords(text); err == nil && len(c.Words) == 0 {
		err = errors.New("an empty command")
	}
	return append(list, c), err
}

// splitWords splits at blanks outside quotes; a backslash keeps what follows.
func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	begun, escaped := false, false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(unescape(r))
			escaped = false
		case r == '\\':
			escaped, begun = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, begun = r, true
		case r == ' ' || r == '\t':
			if begun {
				words = append(words, word.String())
				word.Reset()
				begun = false
			}
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	if quote != 0 || escaped {
		return nil, fmt.Errorf("%q: a quote is not closed", line)
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

func unescape(r rune) rune {
	switch r {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 's':
		return ' '
	}
	return r
}

// expand puts variables into a command's words: ${X} within a word, and a word
// $X as the words of its value.
func expand(words, env []string) []string {
	value := func(name string) string {
		for _, v := range slices.Backward(env) {
			if n, val, _ := strings.Cut(v, "="); n == name {
				return val
			}
		}
		return ""
	}
	var out []string
	for _, w := range words {
		if name, ok := strings.CutPrefix(w, "$"); ok && name != "" && !strings.ContainsAny(name, "${}") {
			out = append(out, strings.Fields(value(name))...)
			continue
		}
		var word strings.Builder
		for {
			before, rest, ok := strings.Cut(w, "${")
			name, after, closed := strings.Cut(rest, "}")
			if !ok || !closed {
				break
			}
			word.WriteString(before + value(name))
			w = after
		}
		out = append(out, strings.ReplaceAll(word.String()+w, "$$", "$"))
	}
	return out
}

// parseTime reads a span such as 5, 100ms, 1min 30s or infinity.
func parseTime(text string) (time.Duration, error) {
	if text == "infinity" {
		return 100 * 365 * 24 * time.Hour, nil
	}
	var total time.Duration
	rest := strings.ReplaceAll(text, " ", "")
	for rest != "" {
		digits := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if digits < 0 {
			digits = len(rest)
		}
		n, err := strconv.ParseFloat(rest[:digits], 64)
		if err != nil {
			return 0, fmt.Errorf("%q is not a span of time", text)
		}
		rest = rest[digits:]
		letters := strings.IndexFunc(rest, func(r rune) bool { return r >= '0' && r <= '9' })
		if letters < 0 {
			letters = len(rest)
		}
		one, ok := timeUnits[rest[:letters]]
		if !ok {
			return 0, fmt.Errorf("%q is not a span of time", text)
		}
		total += time.Duration(n * float64(one))
		rest = rest[letters:]
	}
	return total, nil
}

var timeUnits = map[string]time.Duration{
	"": time.Second, "us": time.Microsecond, "usec": time.Microsecond, "ms": time.Millisecond, "msec": time.Millisecond,
	"s": time.Second, "sec": time.Second, "second": time.Second, "seconds": time.Second,
	"m": time.Minute, "min": time.Minute, "minute": time.Minute, "minutes": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour, "w": 7 * 24 * time.Hour,
}
