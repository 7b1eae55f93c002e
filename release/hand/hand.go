// Package hand is the procedure by hand: it puts a group of a snapshot behind
// the balancer, sizes it, and takes one out again without losing a request.
//
// It observes the fleet, decides on steps, and acts on them. Steps are values
// that print themselves; what decides on them is pure. All memory is in the
// cloud, so that a command which was cut off anywhere is simply run again. The
// package knows nothing of what a group or a balancer is at AWS, and nothing of
// releases: package release takes the same steps by itself.
package hand

import (
	"cmp"
	"context"
	"time"

	"gekko"
)

// Cloud is what a Runner needs of the cloud. Each verb is idempotent: what is
// there already, or gone already, is success.
type Cloud interface {
	Snapshots
	Fleets
	Groups
	Pools
	// Lease is who carries a release of an app out, if anybody does.
	Lease(ctx context.Context, app gekko.AppName) (gekko.Lease, error)
}

// Snapshots finds what groups are made of.
type Snapshots interface {
	// Snapshot is an ErrNotFound for a name that nothing bears.
	Snapshot(ctx context.Context, name gekko.SnapshotName) (gekko.Snapshot, error)
}

// Fleets tells what there is and what it carries.
type Fleets interface {
	// Observe gives an app's groups and whatever else is behind the balancer.
	Observe(ctx context.Context, app gekko.AppName, b gekko.Balancer) (gekko.Fleet, error)
	// Site says where a group may run; no subnets stand for the balancer's.
	Site(ctx context.Context, b gekko.Balancer, subnets []string) (gekko.Site, error)
	// Traffic gives what each group and, last and without a name, the whole
	// balancer carried in the last span, counted in periods.
	Traffic(ctx context.Context, f gekko.Fleet, span, period time.Duration) ([]gekko.Traffic, error)
	// Load looks back 1,440 periods.
	Load(ctx context.Context, f gekko.Fleet, period time.Duration) (gekko.Load, error)
}

// Groups makes, changes and ends groups.
type Groups interface {
	Launch(ctx context.Context, l gekko.Launch) error
	Resize(ctx context.Context, name gekko.GroupName, s gekko.Size) error
	// Track lets the group keep a metric near a value by itself.
	Track(ctx context.Context, name gekko.GroupName, f gekko.Fleet, t gekko.TargetTracking) error
	Activities(ctx context.Context, name gekko.GroupName, since time.Time) ([]gekko.Activity, error)
	// Mark remembers on the group how far it is on its way out; the zero value
	// forgets it.
	Mark(ctx context.Context, name gekko.GroupName, o gekko.Out) error
	// Attach puts a group back behind its balancer, on an ALB into a pool.
	Attach(ctx context.Context, name gekko.GroupName, f gekko.Fleet, pool string) error
	Detach(ctx context.Context, name gekko.GroupName, f gekko.Fleet) error
	// Attached says whether the balancer still has to do with the group, also
	// while it is being detached.
	Attached(ctx context.Context, name gekko.GroupName, f gekko.Fleet) (bool, error)
	// Free clears what may keep instances from ending: scale-in protection,
	// termination hooks, deletion protection.
	Free(ctx context.Context, name gekko.GroupName) error
	// Delete is an ErrConflict while instances or activities keep the group,
	// unless they are to be ended with it.
	Delete(ctx context.Context, name gekko.GroupName, withInstances bool) error
	// Adoption shows what a group runs that gekko did not make; Adopt takes it in.
	Adoption(ctx context.Context, name gekko.GroupName, app gekko.AppName) (gekko.Adoption, error)
	Adopt(ctx context.Context, a gekko.Adoption, b gekko.Balancer) error
}

// Pools splits requests over groups, on balancers that do so by weight.
type Pools interface {
	// MakePool makes the pool of a snapshot, like the live one if there is one.
	MakePool(ctx context.Context, f gekko.Fleet, s gekko.Snapshot) error
	// Weigh sets the weights of the named pools in one rule, adds those that it
	// does not have yet, and keeps all others.
	Weigh(ctx context.Context, f gekko.Fleet, rule string, weights map[string]int) error
	// Leave takes a pool out of a rule.
	Leave(ctx context.Context, f gekko.Fleet, rule, pool string) error
	// RemovePool removes a pool that no rule sends to.
	RemovePool(ctx context.Context, app gekko.AppName, pool string) error
	// LonelyPools are the app's pools that no rule sends to.
	LonelyPools(ctx context.Context, app gekko.AppName) ([]gekko.Pool, error)
}

// Runner carries steps out. Only Cloud has to be set.
type Runner struct {
	Cloud  Cloud
	Report gekko.Reporter

	// Poll is how often a wait looks again; 0 is 10 s.
	Poll time.Duration
	// Period is the shortest that the cloud's metrics are counted in; 0 is 1 min.
	Period time.Duration
	// Settle is how long a change of weights takes to be in force on all of the
	// balancer's nodes; 0 is 10 s.
	Settle time.Duration
	// DrainMargin is waited for beyond the balancer's own draining time, as
	// targets were seen to get requests after it; 0 is 30 s.
	DrainMargin time.Duration
	// Patience is how long a single wait may last before a person is asked; 0
	// is an hour.
	Patience time.Duration
}

// Short sets the waits for an embedded cloud, where a second is what a minute
// is elsewhere.
func (r *Runner) Short() {
	r.Poll = 250 * time.Millisecond
	r.Period = time.Second
	r.Settle = 500 * time.Millisecond
	r.DrainMargin = time.Second
}

func (r *Runner) poll() time.Duration     { return cmp.Or(r.Poll, 10*time.Second) }
func (r *Runner) period() time.Duration   { return cmp.Or(r.Period, time.Minute) }
func (r *Runner) settle() time.Duration   { return cmp.Or(r.Settle, 10*time.Second) }
func (r *Runner) margin() time.Duration   { return cmp.Or(r.DrainMargin, 30*time.Second) }
func (r *Runner) patience() time.Duration { return cmp.Or(r.Patience, time.Hour) }
