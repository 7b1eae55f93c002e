//go:build linux

package guest

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const journalDir = "/var/log/journal"

// journal gives a file to write to: its lines go to the unit's journal and to
// the console.
func (s *system) journal(name string) (*os.File, error) {
	short := strings.TrimSuffix(name, ".service")
	if err := os.MkdirAll(s.path(journalDir), 0o755); err != nil {
		return nil, err
	}
	return s.teeLines(s.journalPath(name), short+": ", func(line string) string {
		return fmt.Sprintf("%s %s %s: %s", time.Now().UTC().Format(time.Stamp), s.config.Hostname, short, line)
	})
}

func (s *system) journalPath(name string) string {
	return filepath.Join(s.path(journalDir), filepath.Base(name)+".log")
}

// tee gives a file to write to: its lines go to a file of the machine and to
// the console, there after a prefix.
func (s *system) tee(path, prefix string) (*os.File, error) {
	return s.teeLines(s.path(path), prefix, func(line string) string { return line })
}

func (s *system) teeLines(path, prefix string, form func(string) string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	in, out, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	go func() {
		defer file.Close()
		defer in.Close()
		lines := bufio.NewReader(in)
		for {
			line, err := lines.ReadString('\n')
			if line != "" {
				line = strings.TrimSuffix(line, "\n")
				fmt.Fprintln(file, form(line))
				s.say("%s%s", prefix, line)
			}
			if err != nil {
				return
			}
		}
	}()
	return out, nil
}

// journalctl shows what units wrote, one after another, or the last lines.
func (s *system) journalctl(c *call) int {
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
			return c.fail(1, "%s is not supported here", name)
		case strings.HasPrefix(name, "--vacuum"):
			logs, _ := filepath.Glob(s.path(journalDir) + "/*.log")
			for _, l := range logs {
				os.Truncate(l, 0)
			}
			return 0
		}
	}
	if len(names) == 0 {
		logs, _ := filepath.Glob(s.path(journalDir) + "/*.log")
		for _, l := range logs {
			names = append(names, strings.TrimSuffix(filepath.Base(l), ".log"))
		}
	}
	for _, name := range names {
		if !strings.Contains(name, ".") {
			name += ".service"
		}
		for _, line := range s.journalTail(name, last) {
			c.print("%s", line)
		}
	}
	return 0
}

// journalTail gives a unit's last lines, or with 0 all of them.
func (s *system) journalTail(name string, last int) []string {
	data, err := os.ReadFile(s.journalPath(name))
	if err != nil || len(data) == 0 {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if last > 0 && len(lines) > last {
		lines = lines[len(lines)-last:]
	}
	return lines
}
