package phase

import (
	"fmt"
	"slices"

	"gekko"
	"gekko/release/hand"
)

// The steps that only an Engine takes, besides those of the commands by hand.

// Note keeps on the new group how far its release is.
type Note struct {
	Release gekko.Release
	What    string // what is new about it
	Why     string // the rule or the person behind it; empty: the order of things
}

// Pin notes on a group what its minimum was, before it is raised.
type Pin struct {
	Group gekko.GroupName
	Undo  gekko.Undo
}

// Unpin forgets what a group's minimum was, after it was put back.
type Unpin struct{ Group gekko.GroupName }

// CarryOver gives a group the scaling policies and scheduled actions of another.
type CarryOver struct {
	From, To gekko.GroupName
	Least    int // none of the copied actions sets fewer instances; 0: as they are
}

// Heed takes a person's word off the group, once it is followed or refused.
type Heed struct {
	Group gekko.GroupName
	Ask   gekko.Ask
	But   string // why it cannot be followed
}

// Keep saves what a group's instances printed, before they end.
type Keep struct{ Group gekko.GroupName }

// End notes on the snapshot's image how its release ended, or that it began.
type End struct{ Outcome gekko.Outcome }

func (s Note) String() string {
	text := fmt.Sprintf("release %s: %s", s.Release.New, s.What)
	if s.Why != "" {
		text += ": " + s.Why
	}
	return text
}

func (s Pin) String() string {
	return fmt.Sprintf("group %s: note that its minimum was %d", s.Group, s.Undo.Min)
}

func (s Unpin) String() string {
	return fmt.Sprintf("group %s: forget what its minimum was", s.Group)
}

func (s CarryOver) String() string {
	text := fmt.Sprintf("group %s: scaling policies and scheduled actions as on %s", s.To, s.From)
	if s.Least > 0 {
		text += fmt.Sprintf(", none below %s", gekko.Count(s.Least, "instance"))
	}
	return text
}

func (s Heed) String() string {
	text := fmt.Sprintf("release %s: %s, asked by %s", s.Group, s.Ask.Verb, s.Ask.By)
	if s.But != "" {
		text += ", cannot be: " + s.But
	}
	return text
}

func (s Keep) String() string {
	return fmt.Sprintf("group %s: keep what its instances printed", s.Group)
}

func (s End) String() string {
	if s.Outcome.Ending == gekko.Open {
		return fmt.Sprintf("snapshot %s: note that its release has begun", s.Outcome.Snapshot)
	}
	return fmt.Sprintf("snapshot %s: note that it was %s", s.Outcome.Snapshot, s.Outcome.Ending)
}

// Destroys says whether a step takes away what is hard to put back, so that it
// must not rest on one look: the cloud's answers may lag behind.
func (v View) Destroys(step hand.Step) bool {
	switch s := step.(type) {
	case hand.Detach, hand.Delete, hand.RemovePool, hand.Leave:
		return true
	case hand.Resize:
		g, _ := v.Fleet.Group(s.Group)
		return s.Size.Desired < g.Size.Desired
	case hand.Share:
		w, named := s.Weights[v.Old.Pool]
		return named && w == 0 && v.OldThere
	}
	return false
}

// Same says whether two plans would take the same steps.
func Same(a, b []hand.Step) bool {
	return slices.EqualFunc(a, b, func(a, b hand.Step) bool { return a.String() == b.String() })
}
