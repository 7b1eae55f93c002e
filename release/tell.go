package release

import (
	"errors"
	"fmt"
	"time"

	"gekko"
	"gekko/release/phase"
)

// tell tells of a change of state; of the last one the outcome tells.
func (w *work) tell(was gekko.Release, n phase.Note) {
	if !n.Release.UnderWay() {
		return
	}
	w.notify(Change{
		Old: n.Release.Old, Phase: n.Release.Phase, Was: was.Phase,
		Text: fmt.Sprintf("release %s: %s", n.Release.New, n.What), Why: n.Why,
	})
}

// ended tells of a release's end.
func (w *work) ended(o gekko.Outcome) {
	why := o.Judged
	if o.Ending != gekko.Promoted {
		why = reasoned(o)
	}
	w.notify(Change{
		Old: o.Old, Was: w.r.Phase, Ending: o.Ending,
		Text: fmt.Sprintf("release %s: %s", o.Snapshot, o.Ending), Why: why,
	})
}

// abandoned tells that this process gives up on a release that is under way.
func (w *work) abandoned(err error) {
	if w.r.UnderWay() && !errors.Is(err, gekko.ErrHeld) {
		w.notify(Change{
			Old: w.r.Old, Phase: w.r.Phase, Was: w.r.Phase,
			Text: fmt.Sprintf("release %s: nobody carries it out any more", w.r.New), Why: err.Error(),
		})
	}
}

func (w *work) notify(c Change) {
	if w.e.Notify == nil {
		return
	}
	c.App, c.Snapshot, c.By, c.At = w.q.App, w.q.Snapshot, w.e.Holder, time.Now().UTC()
	w.e.Notify(c)
}

// warn tells a thing once.
func (w *work) warn(text string) {
	if !w.told[text] {
		w.told[text] = true
		w.e.Report.Tell(gekko.Warns, text, 0)
	}
}

// Names of refusals of a release, by which they can be accepted.
const (
	Settings    = "settings"  // the live group has what a new one will not have
	Obstacle    = "obstacle"  // something on the live group stands in the way
	Addresses   = "addresses" // the subnets have too few of them left
	WasRejected = "rejected"  // the snapshot was rejected before
	FewDetected = "detection" // the soak can find hardly anything
)
