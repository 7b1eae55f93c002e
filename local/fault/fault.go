// Package fault is what goes wrong in the embedded cloud on purpose: calls that
// are throttled or broken, old answers, launches that fail, boots that take long,
// instances that die, metrics that come late. It decides when; who does the thing
// asks it. It knows nothing of groups or balancers.
package fault

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"gekko/local/wire"
)

// Faults says what goes wrong, and how often. The zero value: nothing.
type Faults struct {
	Seed  uint64   // of all that is left to chance
	Calls []string // operations that Throttle, Error and LostAnswer are for; none: all

	Throttle   float64 // the part of calls that is refused as too many
	Error      float64 // the part of calls that fails before it has an effect
	LostAnswer float64 // the part of calls that has its effect and is then told to have failed

	// Stale is how old an answer to a call that only reads may be.
	Stale time.Duration

	SlowBoot  time.Duration // how much longer than others some instances are pending
	SlowBoots float64       // the part of instances that is; 0 with a SlowBoot: all

	NoCapacity []string // ZONE, TYPE or ZONE/TYPE in which nothing can be launched
	Quota      int      // instances that the account may have; 0: as many as it likes
	Deaths     float64  // instances of a hundred that go off by themselves in an hour

	// Linger is how long a target group's target that is taken out still gets
	// requests, as it was seen to on AWS.
	Linger time.Duration

	// Clock is how far the cloud's clock is ahead of this machine's, by which it
	// dates its answers and judges the age of calls. What it keeps is not changed.
	Clock time.Duration

	LateMetrics time.Duration // how long after its end a period is first seen
	// Revised is the part of a period's counts that is seen as late again.
	Revised float64
}

// Chance draws what goes wrong. It is safe for concurrent use; its zero value
// lets nothing go wrong.
type Chance struct {
	mu     sync.Mutex
	faults Faults
	random *rand.Rand
}

// Set changes what goes wrong from now on, and begins the draws anew.
func (c *Chance) Set(f Faults) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults, c.random = f, rand.New(rand.NewPCG(f.Seed, 0))
}

// Faults is what was set.
func (c *Chance) Faults() Faults {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.faults
}

// happens draws; it is called with mu held.
func (c *Chance) happens(part float64) bool { return part > 0 && c.random.Float64() < part }

// Trouble draws what goes wrong with a call.
func (c *Chance) Trouble(service, operation string) wire.Trouble {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := &c.faults
	if len(f.Calls) == 0 || slices.Contains(f.Calls, operation) {
		switch {
		case c.happens(f.Throttle):
			return wire.Trouble{Refuse: wire.Throttled(service)}
		case c.happens(f.Error):
			return wire.Trouble{Refuse: wire.Failed(service)}
		case c.happens(f.LostAnswer):
			return wire.Trouble{Refuse: wire.Failed(service), After: true}
		}
	}
	if f.Stale > 0 && reads(service, operation) {
		return wire.Trouble{Old: time.Duration(c.random.Int64N(int64(f.Stale) + 1)), Keep: f.Stale}
	}
	return wire.Trouble{}
}

// reads tells calls that only look at what the service keeps. Metrics are late
// in a way of their own.
func reads(service, operation string) bool {
	if service == wire.CloudWatch.String() || service == wire.STS.String() {
		return false
	}
	return strings.HasPrefix(operation, "Describe") || strings.HasPrefix(operation, "Get")
}

// BootTime draws how much longer an instance is pending.
func (c *Chance) BootTime() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.faults.SlowBoot == 0 || c.faults.SlowBoots > 0 && !c.happens(c.faults.SlowBoots) {
		return 0
	}
	return c.faults.SlowBoot
}

// Launch refuses a launch for want of capacity, or because there are already as
// many instances as may be.
func (c *Chance) Launch(zone, instanceType string, running func() int) error {
	f := c.Faults()
	if f.Quota > 0 && running() >= f.Quota {
		return wire.Errorf("InstanceLimitExceeded", "You have requested more instances (%d) than your current instance limit of %d allows for the specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.", f.Quota+1, f.Quota)
	}
	for _, full := range f.NoCapacity {
		if full == zone || full == instanceType || full == zone+"/"+instanceType {
			return fmt.Errorf("no capacity for %s in %s", instanceType, zone)
		}
	}
	return nil
}

// Interval is how often Dies is to be asked of each instance.
const Interval = 10 * time.Second

// Dies draws whether an instance goes off by itself.
func (c *Chance) Dies() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.happens(c.faults.Deaths / 100 * float64(Interval) / float64(time.Hour))
}
