package release

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

	stuck    bool            // nothing will change by itself: a person is needed
	detaches gekko.GroupName // whose attachment is to be looked at
	looks    look            // what has to be looked at before anything can be said
	ended    *gekko.Outcome
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
	judgedUnseen = "unseen" // no harm was seen, but there was too little to be sure
	judgedHealth = "health" // instances were healthy; nothing else could be seen
	judgedForced = "forced" // a person said so
	judgedAlone  = "alone"  // there was nothing to compare it with
	judgedBack   = "back"   // it had served before
	judgedNot    = "not"    // it was to be promoted without a soak
)

// decide says what is due. It is pure: the same view gives the same plan.
func decide(v view) Plan {
	if !v.newThere {
		return v.lost()
	}
	if v.new.Ask.Verb != "" && !v.new.Deleting {
		return v.heed(v.new.Ask)
	}
	switch v.r.Phase {
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
	case gekko.Retiring:
		return v.retiring()
	case gekko.Rejecting:
		return v.rejecting()
	}
	return Plan{Why: fmt.Sprintf("phase %q is not known to this gekko", v.r.Phase), Next: "a newer gekko"}
}

// heed follows a person's word, or says why it cannot be followed.
func (v view) heed(a gekko.Ask) Plan {
	h := Heed{Group: v.new.Name, Ask: a}
	if err := may(v.r, a.Verb); err != nil {
		h.But = err.Error()
		return Plan{Steps: []hand.Step{h}}
	}
	why := askedBy(a)
	r := v.r
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

func askedBy(a gekko.Ask) string {
	why := "asked by " + a.By
	if a.Why != "" {
		why += ": " + a.Why
	}
	return why
}

// enter begins a phase.
func (v view) enter(p gekko.Phase, why string) Note {
	r := v.r
	r.Phase, r.Since = p, v.now
	r.Held, r.Holds, r.Warm = time.Time{}, "", time.Time{}
	compares := p == gekko.Soaking || p == gekko.Promoting && v.weighted() && v.whole()
	if compares && r.Soak.IsZero() {
		r.Soak = v.now
	}
	return Note{r, string(p), why}
}

// reject begins the way back.
func (v view) reject(cause, why string) Note {
	n := v.enter(gekko.Rejecting, why)
	n.Release.Cause, n.Release.Paused = cause, false
	n.Release.Holds = cmp.Or(v.r.Holds, string(v.r.Phase)) // what it could not get past
	return n
}

func (v view) rejected(cause, why string) Plan {
	return Plan{Steps: []hand.Step{v.reject(cause, why)}, Moves: true}
}

// holding waits for something to get better, at the longest for max-hold.
func (v view) holding(what, next string) Plan {
	if v.r.Holds == what {
		if v.now.Sub(v.r.Held) >= v.release.MaxHold {
			return v.tooLong(next)
		}
		return Plan{Next: next, Why: "held: " + what, Due: v.r.Held.Add(v.release.MaxHold)}
	}
	r := v.r
	r.Holds = what
	if r.Held.IsZero() || v.r.Phase == gekko.Retiring { // there each reason has its own time
		r.Held = v.now
	}
	return Plan{Steps: []hand.Step{Note{r, "held", what}}, Next: next, Why: "held: " + what, Due: r.Held.Add(v.release.MaxHold)}
}

// tooLong ends a hold. From retirement on nothing is taken back by itself.
func (v view) tooLong(next string) Plan {
	why := fmt.Sprintf("held for %v: %s", v.release.MaxHold, next)
	if v.r.Phase == gekko.Retiring {
		return Plan{Next: next, Why: why, stuck: true}
	}
	return v.rejected(causeHold, why)
}

// freed ends a hold, if there is one, and goes on with p.
func (v view) freed(p Plan) Plan {
	if v.r.Holds == "" || p.looks != 0 {
		return p
	}
	for _, s := range p.Steps {
		if n, ok := s.(Note); ok && n.Release.Holds == "" {
			return p
		}
	}
	r := v.r
	was := r.Holds
	r.Held, r.Holds = time.Time{}, ""
	p.Steps = append([]hand.Step{Note{r, "no longer held", was}}, p.Steps...)
	return p
}

// onward takes steps unless a person has paused the release: then the next step
// waits, and nothing else does.
func (v view) onward(p Plan) Plan {
	if v.r.Paused && len(p.Steps) > 0 {
		return v.holding("pause", "paused; then: "+p.Steps[0].String())
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
func (v view) patient(p Plan) Plan {
	if len(p.Steps) == 0 && v.now.Sub(v.r.Since) >= v.release.MaxHold {
		p.stuck = true
		p.Why = fmt.Sprintf("%s for %v: %s", v.r.Phase, v.release.MaxHold, p.Next)
	}
	return p
}

// waiting is a plan of steps that end in a wait of the commands by hand.
func (v view) waiting(steps []hand.Step) Plan {
	now, wait := upTo(steps)
	p := Plan{Steps: now, Moves: true}
	switch w := wait.(type) {
	case nil:
	case hand.AwaitDetached:
		p.detaches = w.Group
		p.Next = w.Progress(v.fleet)
	case hand.AwaitDrained:
		p.Next, p.Due, p.Moves = w.Progress(v.fleet), w.Until, false
	case hand.AwaitSettled:
		p.Next, p.Due = w.Progress(v.fleet), w.Until
	default:
		p.Next = w.Progress(v.fleet)
	}
	return p
}
