package hand

import (
	"fmt"
	"strings"
	"time"

	"gekko"
)

// AwaitServing waits until all the instances that a group wants are in service
// and healthy in the balancer, and none is there beyond them.
type AwaitServing struct {
	Group gekko.GroupName
	Want  int
}

// AwaitSettled waits until a change of weights is in force everywhere.
type AwaitSettled struct {
	Group gekko.GroupName
	Until time.Time     // zero in a plan: not begun
	For   time.Duration // in all
}

// AwaitDetached waits until the balancer has nothing to do with a group.
type AwaitDetached struct{ Group gekko.GroupName }

// AwaitDrained waits until no request can be left on a group.
type AwaitDrained struct {
	Group gekko.GroupName
	Until time.Time     // zero in a plan: not begun
	For   time.Duration // in all
}

// AwaitEmpty waits until a group has no instances.
type AwaitEmpty struct{ Group gekko.GroupName }

// AwaitGone waits until a group's name is free.
type AwaitGone struct{ Group gekko.GroupName }

func (w AwaitServing) String() string {
	return fmt.Sprintf("group %s: %s", w.Group, serve(w.Want, w.Want))
}

func (w AwaitSettled) String() string {
	return fmt.Sprintf("group %s: no requests for %v", w.Group, Rounded(w.For))
}

func (w AwaitDetached) String() string { return fmt.Sprintf("group %s: out of the balancer", w.Group) }

func (w AwaitDrained) String() string {
	return fmt.Sprintf("group %s: drained for %v", w.Group, Rounded(w.For))
}
func (w AwaitEmpty) String() string { return fmt.Sprintf("group %s: no instances left", w.Group) }
func (w AwaitGone) String() string  { return fmt.Sprintf("group %s: gone", w.Group) }

// Progress counts what serves, and says of what does not why.
func (w AwaitServing) Progress(f gekko.Fleet) string {
	g, there := f.Group(w.Group)
	if !there {
		return fmt.Sprintf("group %s: not there yet", w.Group)
	}
	text := fmt.Sprintf("group %s: %s", w.Group, serve(g.Serving(), w.Want))
	if reasons := notServing(g); len(reasons) > 0 {
		text += " (" + strings.Join(reasons, "; ") + ")"
	}
	if more := len(g.Instances) - w.Want; more > 0 {
		text += fmt.Sprintf(", %d on the way out", more)
	}
	return text
}

// serve counts those that serve: 1 of 1 instance serves, 1 of 2 instances serve.
func serve(n, of int) string {
	verb := "serve"
	if of == 1 {
		verb = "serves"
	}
	return fmt.Sprintf("%d of %s %s", n, gekko.Count(of, "instance"), verb)
}

// notServing says of up to three instances what they wait for.
func notServing(g gekko.Group) []string {
	var reasons []string
	for _, i := range g.Instances {
		switch {
		case i.Serving():
			continue
		case len(reasons) == 3:
			return append(reasons, "…")
		case !i.InService:
			reasons = append(reasons, fmt.Sprintf("%s %s", i.ID, i.Lifecycle))
		case i.Why != "":
			reasons = append(reasons, fmt.Sprintf("%s %s: %s", i.ID, i.Balancer, i.Why))
		default:
			reasons = append(reasons, fmt.Sprintf("%s %s", i.ID, i.Balancer))
		}
	}
	return reasons
}

// Progress says how long it still takes.
func (w AwaitSettled) Progress(f gekko.Fleet) string {
	return fmt.Sprintf("group %s: its weight settles, %v left", w.Group, left(w.Until, w.For, f.At))
}

// Progress says what the balancer does meanwhile.
func (w AwaitDetached) Progress(gekko.Fleet) string {
	return fmt.Sprintf("group %s: the balancer lets its requests finish", w.Group)
}

// Progress says how long it still takes.
func (w AwaitDrained) Progress(f gekko.Fleet) string {
	return fmt.Sprintf("group %s: drains, %v left", w.Group, left(w.Until, w.For, f.At))
}

// Progress counts instances, and names what may keep them.
func (w AwaitEmpty) Progress(f gekko.Fleet) string {
	g, _ := f.Group(w.Group)
	text := fmt.Sprintf("group %s: %s left", w.Group, gekko.Count(len(g.Instances), "instance"))
	protected, hooked := 0, 0
	for _, i := range g.Instances {
		if i.Protected {
			protected++
		}
		if waitsForHook(i) {
			hooked++
		}
	}
	if protected > 0 {
		text += fmt.Sprintf(", %d protected from scale-in (--force clears that, in a release --accept protected)", protected)
	}
	if hooked > 0 {
		text += fmt.Sprintf(", %d waiting for a termination hook (--force removes it, in a release --accept protected)", hooked)
	}
	return text
}

func waitsForHook(i gekko.Instance) bool { return i.Lifecycle == "Terminating:Wait" }

// Progress says that it is being deleted.
func (w AwaitGone) Progress(gekko.Fleet) string {
	return fmt.Sprintf("group %s: being deleted", w.Group)
}

// left is how long a wait still takes; one that has not begun takes all of it.
func left(until time.Time, whole time.Duration, now time.Time) time.Duration {
	if until.IsZero() {
		return Rounded(whole)
	}
	return max(Rounded(until.Sub(now)), 0)
}

func (w AwaitServing) of() gekko.GroupName  { return w.Group }
func (w AwaitSettled) of() gekko.GroupName  { return w.Group }
func (w AwaitDetached) of() gekko.GroupName { return w.Group }
func (w AwaitDrained) of() gekko.GroupName  { return w.Group }
func (w AwaitEmpty) of() gekko.GroupName    { return w.Group }
func (w AwaitGone) of() gekko.GroupName     { return w.Group }

// same says whether two waits are one that has got further.
func same(a, b Wait) bool {
	return a != nil && b != nil && a.of() == b.of() && fmt.Sprintf("%T", a) == fmt.Sprintf("%T", b)
}
