// Package release moves a fleet from the snapshot that is live to a new one by
// itself, and back out of it if the new one does harm.
//
// It is level-triggered: each tick observes the fleet, decides by a pure
// function what remains, and takes one tick's steps. What a release must
// remember stands on its groups and images, and in the cloud's metrics, so that
// any process can go on with it after any cut. Whether the new version does
// harm is for package judge to say; the steps themselves are those of package
// hand.
package release

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"gekko"
	"gekko/release/hand"
)

// Kinds of endings that are errors to whoever waits for a promotion; a hold is
// gekko.ErrHeld.
var (
	// ErrRejected is a release that was taken back and left nothing over.
	ErrRejected = errors.New("rejected")
	// ErrDirty is a release that a person has to bring to an end.
	ErrDirty = errors.New("left half done")
)

// Cloud is what an Engine needs of the cloud.
type Cloud interface {
	hand.Cloud
	Memory
	Leases
	Evidence
	Looks
	Likeness
}

// Memory keeps what a release must remember, on groups and images.
type Memory interface {
	// Record puts the record on the new group; one without a phase is taken away.
	Record(ctx context.Context, r gekko.Release) error
	// Pin notes on a group what was changed on it; nil takes the note away.
	Pin(ctx context.Context, group gekko.GroupName, u *gekko.Undo) error
	Ask(ctx context.Context, group gekko.GroupName, a gekko.Ask) error
	// Heed takes what was asked off the group and adds it to the group's acts.
	Heed(ctx context.Context, group gekko.GroupName, a gekko.Ask) error
	Acts(ctx context.Context, group gekko.GroupName) ([]gekko.Ask, error)
	// End notes an outcome on the snapshot's image.
	End(ctx context.Context, o gekko.Outcome) error
	// Outcomes are those of the app, the newest first.
	Outcomes(ctx context.Context, app gekko.AppName) ([]gekko.Outcome, error)
}

// Leases let one process at a time change an app's fleet.
type Leases interface {
	// Lease is the newest term; one without a number means that there is none.
	Lease(ctx context.Context, app gekko.AppName) (gekko.Lease, error)
	// TakeLease begins the term of l's number; an ErrConflict if it has begun.
	TakeLease(ctx context.Context, l gekko.Lease, term time.Duration) (gekko.Lease, error)
	// KeepLease goes on by the next term; an ErrConflict if somebody else has it.
	KeepLease(ctx context.Context, l gekko.Lease, term time.Duration) (gekko.Lease, error)
	FreeLease(ctx context.Context, l gekko.Lease) error
}

// Evidence is what the cloud counted of two groups.
type Evidence interface {
	// Threshold is the old group's own p99 before a time; 0: not known.
	Threshold(ctx context.Context, f gekko.Fleet, old gekko.GroupName, before time.Time, period time.Duration) (time.Duration, error)
	Samples(ctx context.Context, f gekko.Fleet, old, new gekko.GroupName, threshold time.Duration, from, to time.Time, period time.Duration) ([]gekko.Minute, error)
}

// Looks are cheap ones, and last ones.
type Looks interface {
	// Glance renews a fleet that was observed before; weights stay as they were.
	Glance(ctx context.Context, f gekko.Fleet) (gekko.Fleet, error)
	// Console is what a group's instances printed.
	Console(ctx context.Context, group gekko.GroupName) (map[gekko.InstanceID]string, error)
}

// Likeness makes a new group behave like the live one.
type Likeness interface {
	// CarryOver copies scaling policies with their alarms, and scheduled actions;
	// of the copies none sets fewer instances than are least.
	CarryOver(ctx context.Context, f gekko.Fleet, from, to gekko.GroupName, least int) error
	// Differences between two groups, beyond name, sizes, labels and that least.
	Differences(ctx context.Context, f gekko.Fleet, from, to gekko.GroupName, least int) ([]string, error)
	// Scales says whether a group has a policy that changes its size.
	Scales(ctx context.Context, group gekko.GroupName) (bool, error)
	// Obstacles are what on the live group stands in a release's way.
	Obstacles(ctx context.Context, f gekko.Fleet, live gekko.GroupName) ([]string, error)
	// Schedule is what will change a group's sizes at a time.
	Schedule(ctx context.Context, group gekko.GroupName) ([]gekko.Scheduled, error)
	// NotCarried is what the live group has and a new one would not.
	NotCarried(ctx context.Context, f gekko.Fleet, live gekko.GroupName) ([]string, error)
}

// Engine carries releases out. Cloud and Holder have to be set.
type Engine struct {
	Cloud  Cloud
	Holder string         // user@host and process: who carries it out
	Report gekko.Reporter // is told of steps, waits and warnings
	Notify func(Change)   // is told of each change of state; nil: nobody
	// Record is given each judged period once, and what the console of a
	// rejected group's instances said, for `--record`; nil keeps neither.
	Record Recorder

	// Poll is how often something that moves is looked at again; 0 is 10 s.
	Poll time.Duration
	// Period is the shortest that the cloud's metrics are counted in; 0 is 1 min.
	Period time.Duration
	// Settle is how long a change of weights takes to be in force; 0 is 10 s.
	Settle time.Duration
	// DrainMargin is waited for beyond the balancer's own draining time; 0 is 30 s.
	DrainMargin time.Duration
	// Term is how long a lease lasts unless it is prolonged; 0 is 6 min.
	Term time.Duration

	watching sync.Mutex
	watched  evidence // what Watch has read of a release
}

// Recorder keeps what the cloud forgets.
type Recorder interface {
	Minute(m gekko.Minute) error
	Console(group gekko.GroupName, said map[gekko.InstanceID]string) error
}

// Short sets the waits for an embedded cloud, where a second is what a minute
// is elsewhere.
func (e *Engine) Short() {
	var r hand.Runner
	r.Short()
	e.Poll, e.Period, e.Settle, e.DrainMargin = r.Poll, r.Period, r.Settle, r.DrainMargin
	e.Term = 15 * time.Second
}

func (e *Engine) poll() time.Duration   { return cmp.Or(e.Poll, 10*time.Second) }
func (e *Engine) period() time.Duration { return cmp.Or(e.Period, time.Minute) }
func (e *Engine) settle() time.Duration { return cmp.Or(e.Settle, 10*time.Second) }
func (e *Engine) margin() time.Duration { return cmp.Or(e.DrainMargin, 30*time.Second) }
func (e *Engine) term() time.Duration   { return cmp.Or(e.Term, 6*time.Minute) }

// runner takes the steps that the commands by hand take too.
func (e *Engine) runner() *hand.Runner {
	return &hand.Runner{
		Cloud: e.Cloud, Report: e.Report,
		Poll: e.poll(), Period: e.period(), Settle: e.settle(), DrainMargin: e.margin(),
		Patience: e.poll(), // what is put off is for the next tick
	}
}
