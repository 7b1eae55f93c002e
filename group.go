package gekko

import "time"

// Health is what the balancer, or else the group, says of an instance.
type Health string

// States of an instance's health.
const (
	Healthy   Health = "healthy"
	Unhealthy Health = "unhealthy"
	Starting  Health = "starting" // registered, not yet checked
	Draining  Health = "draining"
	Absent    Health = "absent" // the balancer does not know it
)

// Instance is one machine of a group.
type Instance struct {
	ID        InstanceID `json:"id"`
	Zone      string     `json:"zone"`
	Lifecycle string     `json:"lifecycle"` // Pending, InService, Terminating, …
	InService bool       `json:"in_service"`
	Balancer  Health     `json:"balancer"`
	Why       string     `json:"why,omitempty"`       // the balancer's reason
	Protected bool       `json:"protected,omitempty"` // from scale-in
}

// Serving says whether requests can reach it: in service in its group and
// healthy in the balancer.
func (i Instance) Serving() bool { return i.InService && i.Balancer == Healthy }

// Group is the auto-scaling group of one snapshot.
type Group struct {
	Name      GroupName    `json:"name"`
	App       AppName      `json:"app,omitempty"` // empty: not gekko's
	Snapshot  SnapshotName `json:"snapshot,omitempty"`
	Commit    Commit       `json:"commit,omitempty"`
	Adopted   bool         `json:"adopted,omitempty"`
	Size      Size         `json:"size"`
	Created   time.Time    `json:"created"`
	Deleting  bool         `json:"deleting,omitempty"`
	Attached  bool         `json:"attached"` // to the balancer
	Weight    int          `json:"weight"`   // on an ALB, its share's weight in the first rule; elsewhere 0
	Pool      string       `json:"pool,omitempty"`
	Balancer  Balancer     `json:"-"` // that gekko put it behind
	Out       Out          `json:"out,omitzero"`
	Release   Release      `json:"release,omitzero"` // that brings this group in
	Policy    string       `json:"policy,omitempty"` // that the release began with
	Ask       Ask          `json:"ask,omitzero"`
	Undo      *Undo        `json:"undo,omitempty"` // nil: nothing was changed
	Instances []Instance   `json:"instances"`
}

// Out is how far a group is on its way out. It is kept on the group, so that
// whoever goes on with it knows.
type Out struct {
	Idle time.Time `json:"idle,omitzero"` // since when it is sent no new requests
	Left time.Time `json:"left,omitzero"` // since when it is out of the balancer
	Pool string    `json:"pool,omitempty"`
}

// Leaving says whether a group is on its way out.
func (o Out) Leaving() bool { return !o.Idle.IsZero() || !o.Left.IsZero() }

// Serving counts the instances that requests can reach.
func (g Group) Serving() int {
	n := 0
	for _, i := range g.Instances {
		if i.Serving() {
			n++
		}
	}
	return n
}

// InService counts the instances that the group holds for in service.
func (g Group) InService() int {
	n := 0
	for _, i := range g.Instances {
		if i.InService {
			n++
		}
	}
	return n
}

// Scheduled is a change of a group's sizes that is set for a time.
type Scheduled struct {
	At   time.Time // the next time; zero: not known
	What string
}

// Activity is one thing that a group did or tried, as its cloud tells it.
type Activity struct {
	At      time.Time
	What    string
	Status  string
	Failed  bool
	Message string // why it failed
	Cause   string // what made the group do it
	Passing bool   // a failure that may heal by itself: no room, throttled
}
