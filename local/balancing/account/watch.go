package account

import (
	"context"
	"time"

	"gekko/local/loop"
	"gekko/local/traffic"
)

// Plan is how a target is checked.
type Plan struct {
	Probe traffic.Probe
	Every time.Duration
	Dial  traffic.Dial
	// Direct asks without a connection, if it can.
	Direct func() (code int, direct bool)
}

// Watch checks the health of one target again and again, until it ends.
type Watch struct {
	Loop *loop.Loop
	Plan func() Plan // asked anew each time, inside the loop
	Note func(found traffic.Finding, code int)

	next *loop.Event
	off  bool
}

// Begin checks for the first time at once.
func (w *Watch) Begin() { w.next = w.Loop.After(0, w.check) }

func (w *Watch) check() {
	if w.off {
		return
	}
	p := w.Plan()
	due := time.Now().Add(p.Every)
	if code, direct := p.Direct(); direct {
		w.next = w.Loop.At(due, w.check)
		w.Note(p.Probe.Find(code), code)
		return
	}
	var found traffic.Finding
	var code int
	w.Loop.Go(func(ctx context.Context) { found, code = p.Probe.Run(ctx, p.Dial) }, func() {
		if w.off {
			return
		}
		w.next = w.Loop.At(due, w.check)
		w.Note(found, code)
	})
}

// End lets no further finding be noted. A nil Watch has ended.
func (w *Watch) End() {
	if w != nil {
		w.off = true
		w.next.Cancel()
	}
}
