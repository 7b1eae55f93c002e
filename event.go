package gekko

import "time"

// EventKind says what an Event tells.
type EventKind string

// Kinds of events.
const (
	Did    EventKind = "did"    // something was done
	Waits  EventKind = "waits"  // still waiting; told again and again with a growing For
	Warns  EventKind = "warns"  // something that the reader should know
	Output EventKind = "output" // a line that a builder printed
)

// Event is one thing that happened, in words for people: "builder i-0ab1
// launched", or one that is waited for: "2 of 3 instances healthy".
type Event struct {
	Kind EventKind
	Text string
	For  time.Duration // how long the thing took, or has been waited for
}

// Reporter is told of events as they happen; nil tells nobody.
type Reporter func(Event)

// Tell passes an event on if anybody listens.
func (r Reporter) Tell(kind EventKind, text string, took time.Duration) {
	if r != nil {
		r(Event{kind, text, took})
	}
}
