package phase

import (
	"fmt"
	"strings"
	"time"

	"gekko"
	"gekko/release/hand"
)

// launching waits until the new group serves with all that it was asked for.
func (v View) launching() Plan {
	if p, stop := v.unlivable(); stop {
		return p
	}
	want := v.New.Size.Desired
	if v.New.Serving() >= want && len(v.New.Instances) <= want {
		return v.launched()
	}
	next := serves(v.New, want)
	if room := v.noRoom(); room != "" {
		return v.Holding("capacity", next+"; "+room)
	}
	if v.Now.Sub(v.Record.Since) >= v.Release.MaxHold {
		return v.rejected(causeHold, fmt.Sprintf("after %v: %s", v.Release.MaxHold, next))
	}
	return v.freed(Plan{Next: next, Moves: true, Due: v.Record.Since.Add(v.Release.MaxHold)})
}

// launched goes on, once the image says that there is a release: should somebody
// delete the group, its record would be gone with it.
func (v View) launched() Plan {
	if v.Seen&LookOutcomes == 0 {
		return Plan{Looks: LookOutcomes}
	}
	var steps []hand.Step
	if !v.Opened {
		steps = append(steps, End{v.Outcome(gekko.Open, "")})
	}
	return v.onward(Plan{Steps: append(steps, v.afterLaunch()), Moves: true})
}

// afterLaunch skips what needs an old group to compare with.
func (v View) afterLaunch() Note {
	promoting := func(judged, why string) Note {
		n := v.enter(gekko.Promoting, why)
		n.Release.Judged = judged
		return n
	}
	switch {
	case !v.whole():
		return promoting(judgedAlone, "there is no other version")
	case v.Record.Forced:
		return promoting(judgedForced, "a person asked for it")
	case v.Record.Back:
		return promoting(judgedBack, "a rollback")
	case v.Release.Soak < 0:
		return promoting(judgedNot, "without a soak")
	case v.Weighted():
		return v.enter(gekko.Ramping, "")
	}
	return v.enter(gekko.Soaking, "")
}

// unlivable stops a release whose instances cannot be launched at all, or do
// not live. It asks for the group's activities as long as one is missing.
func (v View) unlivable() (p Plan, stop bool) {
	if v.New.Serving() >= v.New.Size.Desired && v.New.Size.Desired > 0 {
		return p, false
	}
	if v.Seen&LookActivities == 0 {
		return Plan{Looks: LookActivities}, true
	}
	if why := v.cannotLaunch(); why != "" {
		return v.rejected(causeLaunch, why), true
	}
	if n := v.sickEnds(); n >= max(2, v.New.Size.Desired) {
		cause := causeLaunch
		if !v.Record.Soak.IsZero() {
			cause = causeHarm
		}
		return v.rejected(cause, v.sickness(n)), true
	}
	return p, false
}

func (v View) sickness(n int) string {
	return fmt.Sprintf("%s ended as unhealthy within an hour", gekko.Count(n, "instance"))
}

// cannotLaunch is why no launch can ever work, of those that failed since the
// last one that did.
func (v View) cannotLaunch() string {
	for _, a := range v.Activities {
		launch := strings.HasPrefix(a.What, "Launching")
		switch {
		case launch && a.Failed && !a.Passing:
			return a.Message
		case launch && !a.Failed:
			return ""
		}
	}
	return ""
}

// noRoom is why the newest launch failed, if it may heal by itself.
func (v View) noRoom() string {
	for _, a := range v.Activities {
		if strings.HasPrefix(a.What, "Launching") {
			if a.Failed && a.Passing {
				return a.Message
			}
			return ""
		}
	}
	return ""
}

// sickEnds counts the new group's instances that were ended for their health
// within the last hour.
func (v View) sickEnds() int {
	n := 0
	for _, a := range v.Activities {
		if strings.HasPrefix(a.What, "Terminating") && ofHealth(a.Cause) && v.Now.Sub(a.At) < time.Hour {
			n++
		}
	}
	return n
}

// ofHealth says whether an instance was ended for failing a check: of the
// balancer or a person ("health"), or of the cloud itself.
func ofHealth(cause string) bool {
	return strings.Contains(cause, "health") || strings.Contains(cause, "status check")
}
