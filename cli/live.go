package cli

import (
	"fmt"
	"io"
	"sync"
	"time"
	"unicode/utf8"
)

// liveLine keeps the last line of a terminal live: it is painted over again and
// again while something is waited for, and other lines appear above it. On a
// stream that cannot be painted over only those appear.
type liveLine struct {
	out     io.Writer
	width   func() int
	faint   func(text string) string
	stop    chan struct{} // nil: nothing is painted
	painter sync.WaitGroup

	mu      sync.Mutex
	text    func() string // what to paint; nil: nothing
	painted bool
}

// newLiveLine begins to paint if it can. Its end must be called before anything
// else is printed.
func newLiveLine(env *Env, out io.Writer, terminal bool) *liveLine {
	l := &liveLine{
		out: out, width: env.Width,
		faint: func(text string) string { return env.paint(terminal, faint, text) },
	}
	if env.live(terminal) {
		l.stop = make(chan struct{})
		l.painter.Go(l.repaint)
	}
	return l
}

// Print prints a line above the live one.
func (l *liveLine) Print(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	fmt.Fprintln(l.out, line)
	l.paint()
}

// Wait makes the live line say this from now on; nil takes it away. The text is
// asked for whenever it is painted.
func (l *liveLine) Wait(text func() string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = text
	l.clear()
	l.paint()
}

// end takes the live line away.
func (l *liveLine) end() {
	l.Wait(nil)
	if l.stop != nil {
		close(l.stop)
		l.painter.Wait()
	}
}

// repaint keeps the time on the live line going.
func (l *liveLine) repaint() {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-tick.C:
			l.mu.Lock()
			l.clear()
			l.paint()
			l.mu.Unlock()
		}
	}
}

// room is left at the end of the live line for the ^C that a terminal echoes:
// if that began a new line, the old one could not be taken away.
const room = 3

// paint and clear are called with the lock held.
func (l *liveLine) paint() {
	if l.stop == nil || l.text == nil {
		return
	}
	io.WriteString(l.out, l.faint(cut(l.text(), l.width()-room)))
	l.painted = true
}

func (l *liveLine) clear() {
	if l.painted {
		io.WriteString(l.out, "\r\x1b[K")
		l.painted = false
	}
}

// cut shortens a line to a terminal's width, so that it stays one line.
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width || width < 2 {
		return s
	}
	return string([]rune(s)[:width-1]) + "…"
}
