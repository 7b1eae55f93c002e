package demo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Terminal is where the demo is shown: lines, and below them a live one, if the
// terminal has such.
type Terminal interface {
	Print(line string)
	// Wait makes the live line say this from now on; nil takes it away.
	Wait(text func() string)
}

// screen puts what happens into lines. Its live one says what is being done,
// for how long, and what the traffic is like.
type screen struct {
	Terminal
	colour bool

	mu      sync.Mutex
	traffic *traffic
}

// plan says at once what is going to happen.
func (s *screen) plan(scenes []scene) {
	s.Print(s.bold("gekko demo") + ": a service is baked, deployed, and released twice on this machine, under")
	s.Print("live traffic. Under two minutes; nothing leaves this machine or stays on it.")
	s.Print("")
	for i, scene := range scenes {
		s.Print(fmt.Sprintf("  %2d  %s", i+1, scene.name))
	}
}

// begin is a scene's heading.
func (s *screen) begin(n, of int, name string) {
	s.Print("")
	s.Print(s.bold(fmt.Sprintf("%d/%d  %s", n, of, name)))
	s.wait(name)
}

// command shows a command that is given.
func (s *screen) command(line string) { s.Print("      " + s.bold("$ "+line)) }

// say shows a line of what happens.
func (s *screen) say(line string) {
	if line == "" {
		s.Print("")
		return
	}
	s.Print("      " + line)
}

// done ends a scene.
func (s *screen) done(took time.Duration, err error) {
	s.Wait(nil)
	if err != nil {
		s.Print("      " + s.paint("31", "failed") + " after " + seconds(took))
		return
	}
	s.Print("      " + s.paint("32", "done") + " in " + seconds(took))
}

// summary shows what came of it all.
func (s *screen) summary(r Report) {
	s.Print("")
	s.Print(s.bold("Summary"))
	s.Print("")
	for _, step := range r.Steps {
		s.Print(fmt.Sprintf("  %-54s %6.1f s", step.Name, step.Seconds))
	}
	s.Print(fmt.Sprintf("  %-54s %6.1f s", "all together", r.took.Seconds()))
	s.Print("")
	s.Print(fmt.Sprintf("  %-54s %8s", "requests sent", thousands(r.Requests)))
	for _, name := range slices.Sorted(maps.Keys(r.ByVersion)) {
		n := r.ByVersion[name]
		s.Print(fmt.Sprintf("  %-54s %8s", "  answered by "+name, thousands(n.Requests)))
		if n.Errors > 0 {
			s.Print(fmt.Sprintf("  %-54s %8s", "    with an error of its own", thousands(n.Errors)))
		}
	}
	s.Print(fmt.Sprintf("  %-54s %8s", "failed", thousands(r.Failed)))
	for _, x := range r.Releases {
		s.Print(fmt.Sprintf("  %-54s %8s", "release "+x.Version, x.Outcome))
	}
	s.Print("")
	switch {
	case r.OK:
		s.Print(s.paint("32", "Version 2 has replaced version 1, version 3 was turned down, and no request was lost."))
	case r.Failed > 0:
		s.Print(s.paint("31", "Requests were lost. The first: "+r.why))
	case r.errors() > 0:
		s.Print(s.paint("31", "Some requests were answered with an error."))
	default:
		s.Print(s.paint("31", "The demo did not come to its end."))
	}
}

// wait says on the live line what is being done.
func (s *screen) wait(doing string) {
	since := time.Now()
	s.Wait(func() string { return "      … " + doing + ", " + seconds(time.Since(since)) + s.rates() })
}

// watch shows traffic on the live line from now on.
func (s *screen) watch(t *traffic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.traffic = t
}

// rates are what became of the requests so far; "" before there are any.
func (s *screen) rates() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.traffic == nil {
		return ""
	}
	c := s.traffic.counts()
	return fmt.Sprintf("   [%s requests, %d failed: %s]", thousands(c.requests), c.failed, c.split())
}

func (s *screen) bold(text string) string { return s.paint("1", text) }

func (s *screen) paint(style, text string) string {
	if !s.colour || strings.TrimSpace(text) == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
