//go:build linux

package unit

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gekko/local/machine/guest/command"
)

const journalDir = "/var/log/journal"

// journal gives a file to write to: its lines go to the unit's journal and to
// the console.
func (v *Supervisor) journal(name string) (*os.File, error) {
	short := strings.TrimSuffix(name, ".service")
	if err := os.MkdirAll(v.system.Path(journalDir), 0o755); err != nil {
		return nil, err
	}
	return v.system.TeeLines(v.journalPath(name), short+": ", func(line string) string {
		return fmt.Sprintf("%s %s %s: %s", time.Now().UTC().Format(time.Stamp), v.system.Config.Hostname, short, line)
	})
}

func (v *Supervisor) journalPath(name string) string {
	return filepath.Join(v.system.Path(journalDir), filepath.Base(name)+".log")
}

// Journalctl shows what units wrote, one after another, or the last lines.
func (v *Supervisor) Journalctl(c *command.Call) int {
	var names []string
	last := 0
	for i := 0; i < len(c.Args); i++ {
		name, value, given := strings.Cut(c.Args[i], "=")
		switch {
		case name == "-u" || name == "--unit" || name == "-n" || name == "--lines":
			if !given && i+1 < len(c.Args) {
				i++
				value = c.Args[i]
			}
			if name == "-u" || name == "--unit" {
				names = append(names, value)
			} else if n, err := strconv.Atoi(value); err == nil {
				last = n
			}
		case strings.HasPrefix(name, "-n"):
			last, _ = strconv.Atoi(name[2:])
		case name == "-f" || name == "--follow":
			return c.Fail(1, "%s is not supported here", name)
		case strings.HasPrefix(name, "--vacuum"):
			logs, _ := filepath.Glob(v.system.Path(journalDir) + "/*.log")
			for _, l := range logs {
				os.Truncate(l, 0)
			}
			return 0
		}
	}
	if len(names) == 0 {
		logs, _ := filepath.Glob(v.system.Path(journalDir) + "/*.log")
		for _, l := range logs {
			names = append(names, strings.TrimSuffix(filepath.Base(l), ".log"))
		}
	}
	for _, name := range names {
		if !strings.Contains(name, ".") {
			name += ".service"
		}
		for _, line := range v.journalTail(name, last) {
			c.Print("%s", line)
		}
	}
	return 0
}

// journalTail gives a unit's last lines, or with 0 all of them.
func (v *Supervisor) journalTail(name string, last int) []string {
	data, err := os.ReadFile(v.journalPath(name))
	if err != nil || len(data) == 0 {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if last > 0 && len(lines) > last {
		lines = lines[len(lines)-last:]
	}
	return lines
}
