//go:build linux

package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"gekko/local/machine/control"
)

// listed is a process of the machine, as /proc shows it.
type listed struct {
	pid, parent int
	name        string
	zombie      bool
	used        time.Duration // with children that it has waited for
}

// clockTick is the unit of times in /proc: user space sees 100 Hz always.
const clockTick = 10 * time.Millisecond

// processes lists the machine's other processes: all that /proc shows in a
// PID namespace, else all below us.
func (s *System) processes() []listed {
	all := readProcesses()
	self := os.Getpid()
	if s.Config.Confine == control.Namespaces {
		rest := all[:0]
		for _, e := range all {
			if e.pid != self {
				rest = append(rest, e)
			}
		}
		return rest
	}
	return below(all, self)
}

// below keeps the descendants of a process.
func below(all []listed, ancestor int) []listed {
	parents := map[int]int{}
	for _, e := range all {
		parents[e.pid] = e.parent
	}
	rest := all[:0]
	for _, e := range all {
		for p := e.parent; p > 0; p = parents[p] {
			if p == ancestor {
				rest = append(rest, e)
				break
			}
		}
	}
	return rest
}

func readProcesses() []listed {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil
	}
	var all []listed
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if e, ok := readProcess(pid); ok {
			all = append(all, e)
		}
	}
	return all
}

// readProcess reads /proc/PID/stat: the name may hold anything, so fields are
// counted from the last parenthesis.
func readProcess(pid int) (listed, bool) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return listed{}, false
	}
	end := max(0, bytes.LastIndexByte(data, ')'))
	_, name, _ := bytes.Cut(data[:end], []byte("("))
	_, rest, ok := bytes.Cut(data[end:], []byte(" "))
	f := bytes.Fields(rest)
	if !ok || len(f) < 15 {
		return listed{}, false
	}
	e := listed{pid: pid, name: string(name), zombie: f[0][0] == 'Z'}
	e.parent, _ = strconv.Atoi(string(f[1]))
	for _, field := range f[11:15] { // utime, stime, cutime, cstime
		n, _ := strconv.Atoi(string(field))
		e.used += time.Duration(n) * clockTick
	}
	return e, true
}

// Running names the processes besides us that still run.
func (s *System) Running() []string {
	var names []string
	for _, e := range s.processes() {
		if !e.zombie {
			names = append(names, fmt.Sprintf("%s (%d)", e.name, e.pid))
		}
	}
	return names
}

// SignalAll reaches every process but us.
func (s *System) SignalAll(signal unix.Signal) {
	if s.Config.Confine == control.Namespaces {
		unix.Kill(-1, signal)
		return
	}
	for _, e := range s.processes() {
		unix.Kill(e.pid, signal)
	}
}

// KillAll ends every process but us. What forks faster than it is killed is
// looked for again.
func (s *System) KillAll() {
	for range 100 {
		s.SignalAll(unix.SIGKILL)
		if s.Config.Confine == control.Namespaces || len(s.Running()) == 0 {
			return
		}
	}
}

// Used is the processor time of all of the machine's processes and of this one.
func (s *System) Used() time.Duration {
	self, _ := readProcess(os.Getpid())
	used := self.used
	for _, e := range s.processes() {
		used += e.used
	}
	return used
}
