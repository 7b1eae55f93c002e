package demo

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// screen is where the demo is shown. On a terminal its last line is live: what
// is being done, for how long, and what the traffic is like.
type screen struct {
	out    io.Writer
	live   bool
	colour bool
	width  func() int

	mu      sync.Mutex
	doing   string
	since   time.Time
	traffic *traffic
	painted bool
	stopped chan struct{}
	painter sync.WaitGroup
}

func newScreen(o Options) *screen {
	s := &screen{out: o.Out, live: o.Live, colour: o.Colour, width: o.Width, stopped: make(chan struct{})}
	if s.live {
		s.painter.Go(s.repaint)
	}
	return s
}

// plan says at once what is going to happen.
func (s *screen) plan(scenes []scene) {
	s.print(s.bold("gekko demo") + ": a service is baked, deployed, renewed and retired on this machine,")
	s.print("under live traffic. About a minute; nothing leaves this machine or stays on it.")
	s.print("")
	for i, scene := range scenes {
		s.print(fmt.Sprintf("  %2d  %s", i+1, scene.name))
	}
}

// begin is a scene's heading.
func (s *screen) begin(n, of int, name string) {
	s.print("")
	s.print(s.bold(fmt.Sprintf("%d/%d  %s", n, of, name)))
	s.wait(name)
}

// command shows a command that is given.
func (s *screen) command(line string) { s.print("      " + s.bold("$ "+line)) }

// say shows a line of what happens.
func (s *screen) say(line string) {
	if line == "" {
		s.print("")
		return
	}
	s.print("      " + line)
}

// done ends a scene.
func (s *screen) done(took time.Duration, err error) {
	s.wait("")
	if err != nil {
		s.print("      " + s.paint("31", "failed") + " after " + seconds(took))
		return
	}
	s.print("      " + s.paint("32", "done") + " in " + seconds(took))
}

// summary shows what came of it all.
func (s *screen) summary(r Report) {
	s.print("")
	s.print(s.bold("Summary"))
	s.print("")
	for _, step := range r.Steps {
		s.print(fmt.Sprintf("  %-54s %6.1f s", step.Name, step.Seconds))
	}
	s.print(fmt.Sprintf("  %-54s %6.1f s", "all together", r.took.Seconds()))
	s.print("")
	s.print(fmt.Sprintf("  %-54s %8s", "requests sent", thousands(r.Requests)))
	for _, name := range slices.Sorted(maps.Keys(r.ByVersion)) {
		n := r.ByVersion[name]
		s.print(fmt.Sprintf("  %-54s %8s", "  answered by "+name, thousands(n.Requests)))
		if n.Errors > 0 {
			s.print(fmt.Sprintf("  %-54s %8s", "    with an error", thousands(n.Errors)))
		}
	}
	s.print(fmt.Sprintf("  %-54s %8s", "failed", thousands(r.Failed)))
	s.print("")
	switch {
	case r.OK:
		s.print(s.paint("32", "Version 2 has replaced version 1, and no request was lost."))
	case r.Failed > 0:
		s.print(s.paint("31", "Requests were lost. The first: "+r.why))
	default:
		s.print(s.paint("31", "The demo did not come to its end."))
	}
}

// wait says on the live line what is being done.
func (s *screen) wait(doing string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doing, s.since = doing, time.Now()
	s.clear()
	s.paintLive()
}

// watch shows traffic on the live line from now on.
func (s *screen) watch(t *traffic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.traffic = t
}

func (s *screen) print(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	fmt.Fprintln(s.out, line)
	s.paintLive()
}

func (s *screen) repaint() {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.stopped:
			return
		case <-tick.C:
			s.mu.Lock()
			s.clear()
			s.paintLive()
			s.mu.Unlock()
		}
	}
}

// paintLive and clear are called with the lock held.
func (s *screen) paintLive() {
	if !s.live || s.doing == "" {
		return
	}
	line := fmt.Sprintf("      … %s, %s", s.doing, seconds(time.Since(s.since)))
	if s.traffic != nil {
		c := s.traffic.counts()
		line += fmt.Sprintf("   [%s requests, %d failed: %s]", thousands(c.requests), c.failed, c.split())
	}
	if limit := s.width() - 1; utf8.RuneCountInString(line) > limit && limit > 1 {
		line = string([]rune(line)[:limit-1]) + "…"
	}
	io.WriteString(s.out, s.paint("2", line))
	s.painted = true
}

func (s *screen) clear() {
	if s.painted {
		io.WriteString(s.out, "\r\x1b[K")
		s.painted = false
	}
}

// close ends the live line.
func (s *screen) close() {
	s.wait("")
	close(s.stopped)
	s.painter.Wait()
}

func (s *screen) bold(text string) string { return s.paint("1", text) }

func (s *screen) paint(style, text string) string {
	if !s.colour || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
