//go:build linux

package guest

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
func (s *system) processes() []listed {
	all := readProcesses()
	self := os.Getpid()
	if s.config.Confine == control.Namespaces {
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

// count tells the host every second how much processor time was used.
func (s *system) count() {
	for range time.Tick(time.Second) {
		self, _ := readProcess(os.Getpid())
		used := self.used
		for _, e := range s.processes() {
			used += e.used
		}
		if s.host.Send(control.Message{Op: control.Processor, Used: used}) != nil {
			return
		}
	}
}

// running names the processes besides us that still run.
func (s *system) running() []string {
	var names []string
	for _, e := range s.processes() {
		if !e.zombie {
			names = append(names, fmt.Sprintf("%s (%d)", e.name, e.pid))
		}
	}
	return names
}

func (s *system) signalAll(signal unix.Signal) {
	if s.config.Confine == control.Namespaces {
		unix.Kill(-1, signal)
		return
	}
	for _, e := range s.processes() {
		unix.Kill(e.pid, signal)
	}
}

// killAll ends every process but us. What forks faster than it is killed is
// looked for again.
func (s *system) killAll() {
	for range 100 {
		s.signalAll(unix.SIGKILL)
		if s.config.Confine == control.Namespaces || len(s.running()) == 0 {
			return
		}
	}
}
