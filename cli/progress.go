package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"gekko"
)

// progress tells on standard error what happens. On a terminal the last line
// is live: what is waited for, and for how long. Elsewhere each new thing is a
// line of its own, and a long wait is told again now and then.
type progress struct {
	env *Env

	mu      sync.Mutex
	waiting string
	since   time.Time
	told    time.Time     // when a plain line last told of a wait; zero: of this one never
	painted bool          // a live line stands on the terminal
	stop    chan struct{} // ends the repainting
	done    sync.WaitGroup
}

// How often a wait is told again off a terminal: when it goes on differently,
// and when it just goes on.
const (
	plainNews  = 10 * time.Second
	plainAgain = time.Minute
)

// newProgress begins to tell. Its end must be called before anything else is
// printed.
func newProgress(env *Env) *progress {
	p := &progress{env: env, stop: make(chan struct{})}
	if env.live() {
		p.done.Go(p.repaint)
	}
	return p
}

// report is the gekko.Reporter.
func (p *progress) report(e gekko.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Kind == gekko.Waits {
		p.wait(e)
		return
	}
	p.clear()
	if e.Kind != gekko.Output {
		p.waiting, p.told = "", time.Time{}
	}
	fmt.Fprintln(p.env.Err, p.line(e))
	p.paint()
}

func (p *progress) wait(e gekko.Event) {
	p.since = time.Now().Add(-e.For)
	if p.env.live() {
		p.waiting = e.Text
		p.clear()
		p.paint()
		return
	}
	quiet := time.Since(p.told)
	if p.told.IsZero() || quiet >= plainAgain || e.Text != p.waiting && quiet >= plainNews {
		p.waiting, p.told = e.Text, time.Now()
		fmt.Fprintln(p.env.Err, p.line(e))
	}
}

// line is an event as one line. On a terminal a sign leads it.
func (p *progress) line(e gekko.Event) string {
	took := ""
	if e.For >= 100*time.Millisecond {
		took = p.env.paint(p.env.TTY.Err, faint, " ("+span(e.For)+")")
	}
	text := strings.TrimRight(e.Text, "\n")
	tty := p.env.TTY.Err
	switch e.Kind {
	case gekko.Output:
		return p.env.paint(tty, faint, "  | "+text)
	case gekko.Warns:
		return p.env.paint(tty, yellow, "note: ") + text
	case gekko.Waits:
		return "waiting: " + text + took
	}
	if p.env.live() {
		return p.env.paint(tty, green, "✓ ") + text + took
	}
	return text + took
}

// repaint keeps the time on the live line going.
func (p *progress) repaint() {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			p.mu.Lock()
			p.clear()
			p.paint()
			p.mu.Unlock()
		}
	}
}

// paint and clear are called with the lock held.
func (p *progress) paint() {
	if !p.env.live() || p.waiting == "" {
		return
	}
	text := "… " + p.waiting + " (" + span(time.Since(p.since).Truncate(time.Second)) + ")"
	io.WriteString(p.env.Err, p.env.paint(true, faint, cut(text, p.env.Width()-1)))
	p.painted = true
}

func (p *progress) clear() {
	if p.painted {
		io.WriteString(p.env.Err, "\r\x1b[K")
		p.painted = false
	}
}

// end takes the live line away.
func (p *progress) end() {
	close(p.stop)
	p.done.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.waiting = ""
}

// cut shortens a line to a terminal's width, so that it stays one line.
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width || width < 2 {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}
