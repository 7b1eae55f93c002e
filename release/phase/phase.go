// Package phase says what is due in a release: by what was seen of the fleet, which
// steps each phase takes, what it waits for, and into which phase it goes on.
//
// All of it is pure. It knows no cloud, no clock and no lease; who looks, who acts
// and who may do so is for package release.
package phase

import (
	"cmp"
	"fmt"
	"time"

	"gekko"
	"gekko/release/hand"
)

// Plan is what is due in a view, and what comes then.
type Plan struct {
	Steps []hand.Step // due now, in order
	Next  string      // what is waited for
	Why   string      // the rule behind it
	Due   time.Time   // when that may be over; zero: when the world has changed
	// Moves says that something is on its way that is worth looking at sooner
	// than a period from now.
	Moves bool

	Stuck    bool            // nothing will change by itself: a person is needed
	Detaches gekko.GroupName // whose attachment is to be looked at
	Looks    Look            // what has to be looked at before anything can be said
	Ended    *gekko.Outcome  // it ends with these steps; nil: it goes on
}

// Causes of a rejection.
const (
	causeHarm   = "harm"   // the judge or a guard says so
	causeAbort  = "abort"  // a person says so
	causeLaunch = "launch" // its instances cannot be had, or do not live
	causeHold   = "hold"   // what it waited for did not come
	causeGone   = "gone"   // somebody deleted the new group

	causeCollapse = "collapse" // it broke while the old group went; that is not taken back
)

// What a release was promoted on.
const (
	judgedFine   = "fine"
	judgedUnseen = "unseen"   // no harm was seen, but there was too little to be sure
	judgedHealth = "health"   // instances were healthy; nothing else could be seen
	judgedForced = "forced"   // a person said so
	judgedAlone  = "alone"    // there was nothing to compare it with
	judgedBack   = "back"     // it had served before
	judgedNot    = "unjudged" // it was to be promoted without a soak
)

// Decide says what is due. It is pure: the same view gives the same plan.
func Decide(v View) Plan {
	if !v.NewThere {
		return v.lost()
	}
	if v.New.Deleting && v.Record.Phase != gekko.Rejecting {
		return v.dying()
	}
	if v.New.Ask.Verb != "" && !v.New.Deleting {
		return v.heed(v.New.Ask)
	}
	switch v.Record.Phase {
	case gekko.Launching:
		return v.launching()
	case gekko.Ramping:
		return v.ramping()
	case gekko.Soaking:
		return v.soaking()
	case gekko.Promoting:
		return v.promoting()
	case gekko.Warming:
		return v.warming()
	}
	return v.ending()
}

// ending decides where a release ends. One that was left to a person already had
// its record brought back by a write that came late.
func (v View) ending() Plan {
	switch {
	case v.Seen&LookOutcomes == 0:
		return Plan{Looks: LookOutcomes}
	case v.Noted != nil && v.Noted.Ending == gekko.Dirty:
		r := v.Record
		r.Phase = ""
		return Plan{Steps: []hand.Step{Note{r, "left half done", v.Noted.Grounds}}, Ended: v.Noted}
	case v.Record.Phase == gekko.Retiring:
		return v.retiring()
	case v.Record.Phase == gekko.Rejecting:
		return v.rejecting()
	}
	return Plan{Why: fmt.Sprintf("phase %q is not known to this gekko", v.Record.Phase), Next: "a newer gekko"}
}

// heed follows a person's word, or says why it cannot be followed.
func (v View) heed(a gekko.Ask) Plan {
	h := Heed{Group: v.New.Name, Ask: a}
	if err := May(v.Record, a.Verb); err != nil {
		h.But = err.Error()
		return Plan{Steps: []hand.Step{h}}
	}
	why := askedBy(a)
	r := v.Record
	var note Note
	switch a.Verb {
	case gekko.Pause:
		r.Paused = true
		note = Note{r, "paused", why}
	case gekko.Resume:
		r.Paused = false
		note = Note{r, "resumed", why}
	case gekko.Abort:
		note = v.reject(causeAbort, why)
	case gekko.Promote:
		r.Forced, r.Judged = true, judgedForced
		note = Note{r, "to be promoted whatever the judge misses", why}
	}
	return Plan{Steps: []hand.Step{note, h}, Moves: true}
}

// AskedFor is on whose word a release was taken back, if it was, and why.
func AskedFor(o gekko.Outcome) string {
	for _, a := range o.Acts {
		if o.Cause == causeAbort && a.Verb == gekko.Abort {
			o.Grounds = askedBy(a)
		}
	}
	return o.Grounds
}

func askedBy(a gekko.Ask) string {
	why := "asked by " + a.By
	if a.Why != "" {
		why += ": " + a.Why
	}
	return why
}

// enter begins a phase.
func (v View) enter(p gekko.Phase, why string) Note {
	r := v.Record
	r.Phase, r.Since = p, v.Now
	r.Held, r.Holds, r.Warm = time.Time{}, "", time.Time{}
	compares := p == gekko.Soaking || p == gekko.Promoting && v.Weighted() && v.whole()
	if compares && r.Soak.IsZero() {
		r.Soak = v.Now
	}
	return Note{r, string(p), why}
}

// reject begins the way back.
func (v View) reject(cause, why string) Note {
	n := v.enter(gekko.Rejecting, why)
	n.Release.Cause, n.Release.Paused = cause, false
	if v.Record.Phase == gekko.Ramping && v.Record.Soak.IsZero() {
		n.Release.Soak = v.Record.Since // since then both were compared
	}
	n.Release.Holds = cmp.Or(v.Record.Holds, string(v.Record.Phase)) // what it could not get past
	return n
}

func (v View) rejected(cause, why string) Plan {
	return Plan{Steps: []hand.Step{v.reject(cause, why)}, Moves: true}
}

// Holding waits for something to get better, at the longest for max-hold.
func (v View) Holding(what, next string) Plan {
	if v.Record.Holds == what {
		if v.Now.Sub(v.Record.Held) >= v.Release.MaxHold {
			return v.tooLong(next)
		}
		return Plan{Next: next, Why: "held: " + what, Due: v.Record.Held.Add(v.Release.MaxHold)}
	}
	r := v.Record
	r.Holds = what
	if r.Held.IsZero() || v.Record.Phase == gekko.Retiring { // there each reason has its own time
		r.Held = v.Now
	}
	return Plan{Steps: []hand.Step{Note{r, "held", what}}, Next: next, Why: "held: " + what, Due: r.Held.Add(v.Release.MaxHold)}
}

// tooLong ends a hold. From retirement on nothing is taken back by itself.
func (v View) tooLong(next string) Plan {
	why := fmt.Sprintf("held for %v: %s", v.Release.MaxHold, next)
	if v.Record.Phase == gekko.Retiring {
		return Plan{Next: next, Why: why, Stuck: true}
	}
	return v.rejected(causeHold, why)
}

// freed ends a hold, if there is one, and goes on with p.
func (v View) freed(p Plan) Plan {
	if v.Record.Holds == "" || p.Looks != 0 {
		return p
	}
	for _, s := range p.Steps {
		if n, ok := s.(Note); ok && n.Release.Holds == "" {
			return p
		}
	}
	r := v.Record
	was := r.Holds
	r.Held, r.Holds = time.Time{}, ""
	if was == protected {
		r.Since = v.Now // the time that a person took is not the group's
	}
	p.Steps = append([]hand.Step{Note{r, "no longer held", was}}, p.Steps...)
	return p
}

// onward takes steps unless a person has paused the release: then the next step
// waits, and nothing else does.
func (v View) onward(p Plan) Plan {
	if v.Record.Paused && len(p.Steps) > 0 {
		return v.Holding("pause", "paused; then: "+p.Steps[0].String())
	}
	return v.freed(p)
}

// upTo cuts steps off at their first wait.
func upTo(steps []hand.Step) ([]hand.Step, hand.Wait) {
	for i, s := range steps {
		if w, ok := s.(hand.Wait); ok {
			return steps[:i], w
		}
	}
	return steps, nil
}

// patient gives up on a way out that does not get on.
func (v View) patient(p Plan) Plan {
	if len(p.Steps) == 0 && v.Now.Sub(v.Record.Since) >= v.Release.MaxHold {
		p.Stuck = true
		p.Why = fmt.Sprintf("%s for %v: %s", v.Record.Phase, v.Release.MaxHold, p.Next)
	}
	return p
}

// waiting is a plan of steps that end in a wait of the commands by hand.
func (v View) waiting(steps []hand.Step) Plan {
	now, wait := upTo(steps)
	p := Plan{Steps: now, Moves: true}
	switch w := wait.(type) {
	case nil:
	case hand.AwaitDetached:
		p.Detaches = w.Group
		p.Next = w.Progress(v.Fleet)
	case hand.AwaitDrained:
		p.Next, p.Due, p.Moves = w.Progress(v.Fleet), w.Until, false
	case hand.AwaitSettled:
		p.Next, p.Due = w.Progress(v.Fleet), w.Until
	default:
		p.Next = w.Progress(v.Fleet)
	}
	return p
}

// May says whether a verb makes sense where a release stands.
func May(r gekko.Release, v gekko.Verb) error {
	why := ""
	switch {
	case v == gekko.Promote && r.Holds != inZone && r.Phase != gekko.Launching && r.Phase != gekko.Ramping && r.Phase != gekko.Soaking:
		why = "it is past its soak"
	case v == gekko.Abort && r.Phase == gekko.Rejecting:
		why = "it is being taken back already"
	case v == gekko.Abort && r.Phase == gekko.Retiring:
		why = "the old group is going already"
	case v == gekko.Resume && !r.Paused:
		why = "it is not paused"
	case v == gekko.Pause && r.Paused:
		why = "it is paused already"
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("%s release %s: %w: %s", v, r.New, gekko.ErrConflict, why)
}
