package balancing

import (
	"context"
	"time"

	"gekko/local/loop"
	"gekko/local/traffic"
)

// plan is how a target is checked.
type plan struct {
	probe traffic.Probe
	every time.Duration
	dial  traffic.Dial
}

// watch checks the health of one target again and again, until it ends.
type watch struct {
	loop *loop.Loop
	plan func() plan // asked anew each time, inside the loop
	note func(found traffic.Finding, code int)
	next *loop.Event
	off  bool
}

// begin checks for the first time at once.
func (w *watch) begin() { w.next = w.loop.After(0, w.check) }

func (w *watch) check() {
	if w.off {
		return
	}
	p := w.plan()
	due := time.Now().Add(p.every)
	var found traffic.Finding
	var code int
	w.loop.Go(func(ctx context.Context) { found, code = p.probe.Run(ctx, p.dial) }, func() {
		if w.off {
			return
		}
		w.next = w.loop.At(due, w.check)
		w.note(found, code)
	})
}

// end lets no further finding be noted. A nil watch has ended.
func (w *watch) end() {
	if w != nil {
		w.off = true
		w.next.Cancel()
	}
}
