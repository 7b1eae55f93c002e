package local

import (
	"time"

	"gekko/local/fault"
)

// Fail lets things go wrong from now on as f says; zero faults let all be well
// again.
func (w *World) Fail(f fault.Faults) {
	w.chance.Set(f)
	w.loop.Do(func() {
		if w.dying != nil {
			w.dying()
			w.dying = nil
		}
		if f.Deaths > 0 {
			w.dying = w.loop.Every(fault.Interval, w.letDie)
		}
	})
}

func (w *World) letDie() {
	for _, id := range w.compute.Running() {
		if w.chance.Dies() {
			_ = w.compute.Strike(id) // it is there: it was just listed
		}
	}
}

// Strike lets an instance go off as by a failure of its host.
func (w *World) Strike(id string) (err error) {
	w.loop.Do(func() { err = w.compute.Strike(id) })
	return err
}

func (w *World) capacity(zone, instanceType string) error {
	return w.chance.Launch(zone, instanceType, func() int { return len(w.compute.Running()) })
}

// late says how late metrics are seen, and which part of them twice as late.
func (w *World) late() (by time.Duration, part float64) {
	f := w.chance.Faults()
	return f.LateMetrics, f.Revised
}
