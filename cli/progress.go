package cli

import (
	"strings"
	"sync"
	"time"

	"gekko"
)

// progress tells on standard error what happens. On a terminal the last line
// is live: what is waited for, and for how long. Elsewhere each new thing is a
// line of its own, and a long wait is told again now and then.
type progress struct {
	*liveLine
	env *Env

	telling sync.Mutex
	waiting string
	told    time.Time // when a plain line last told of a wait; zero: of this one never
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
	return &progress{liveLine: newLiveLine(env, env.Err, env.TTY.Err), env: env}
}

// report is the gekko.Reporter.
func (p *progress) report(e gekko.Event) {
	p.telling.Lock()
	defer p.telling.Unlock()
	switch {
	case e.Kind != gekko.Waits:
		if e.Kind != gekko.Output {
			p.Wait(nil)
			p.told = time.Time{}
		}
		p.Print(p.line(e))
	case p.env.live(p.env.TTY.Err):
		since := time.Now().Add(-e.For)
		p.Wait(func() string {
			return "… " + e.Text + " (" + span(time.Since(since).Truncate(time.Second)) + ")"
		})
	case p.news(e):
		p.waiting, p.told = e.Text, time.Now()
		p.Print(p.line(e))
	}
}

// news says whether a plain line should tell of a wait now.
func (p *progress) news(e gekko.Event) bool {
	quiet := time.Since(p.told)
	return p.told.IsZero() || quiet >= plainAgain || e.Text != p.waiting && quiet >= plainNews
}

// line is an event as one line. On a terminal a sign leads it.
func (p *progress) line(e gekko.Event) string {
	tty := p.env.TTY.Err
	took := ""
	if e.For >= 100*time.Millisecond {
		took = p.env.paint(tty, faint, " ("+span(e.For)+")")
	}
	text := strings.TrimRight(e.Text, "\n")
	switch e.Kind {
	case gekko.Output:
		return p.env.paint(tty, faint, "  | "+text)
	case gekko.Warns:
		return p.env.paint(tty, yellow, "note: ") + text
	case gekko.Waits:
		return "waiting: " + text + took
	}
	if p.env.live(p.env.TTY.Err) {
		return p.env.paint(tty, green, "✓ ") + text + took
	}
	return text + took
}
