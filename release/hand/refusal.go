package hand

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gekko"
)

// Names of refusals, by which they can be accepted.
const (
	NoDraining    = "no-draining"    // the balancer does not let requests finish
	ShortDraining = "short-draining" // it lets them finish for less than the slowest takes
	LastHealthy   = "last-healthy"   // no other group serves
	TooMuchLoad   = "load"           // the rest cannot carry what the fleet carries
	UnderWay      = "release"        // a release of the app is under way
)

// Refuse turns a request down to keep a promise, unless that was accepted by
// name; then it is said instead.
func (s Subject) Refuse(p *Plan, name, why string) error {
	if slices.Contains(s.Accept, name) {
		p.Says = append(p.Says, why+" (accepted: "+name+")")
		return nil
	}
	return gekko.Hint(fmt.Errorf("%w: %s", gekko.ErrRefused, why), "to go on nevertheless: --accept "+name)
}

// alone refuses to change a fleet that a release is changing.
func (r *Runner) alone(ctx context.Context, s Subject, f gekko.Fleet, p *Plan) error {
	for _, g := range f.Groups {
		if g.App != f.App || !g.Release.UnderWay() {
			continue
		}
		why := fmt.Sprintf("release %s is under way (%s)", g.Name, g.Release.Phase)
		if l, err := r.Cloud.Lease(ctx, f.App); err == nil && !l.Over(time.Now()) {
			why += ", " + l.Holder + " carries it out"
		}
		if err := s.Refuse(p, UnderWay, why); err != nil {
			return gekko.Hint(err, "gekko abort takes the release back; to go on beside it: --accept "+UnderWay)
		}
	}
	return nil
}

// Drains refuses a balancer that does not let requests finish, or not for as
// long as the slowest that was seen.
func (s Subject) Drains(p *Plan, drain, slowest time.Duration) error {
	switch {
	case drain == 0:
		return s.Refuse(p, NoDraining, "balancer "+s.Balancer.String()+" does not let requests finish when an instance leaves (connection draining is off): some would be lost")
	case slowest > drain:
		return s.Refuse(p, ShortDraining, fmt.Sprintf("the balancer lets requests finish for %v, but the slowest took %v", drain, Rounded(slowest)))
	}
	return nil
}

// tolerance is how much more an instance may get than it was ever seen to
// carry.
const tolerance = 1.1

// Carries says, with the figures, whether so many instances can carry all the
// load; leaving is how many go. Without metrics the rest must be as many as
// those that go.
func Carries(l gekko.Load, rest, leaving int) (enough bool, figures string) {
	if !l.Known {
		return rest >= leaving, fmt.Sprintf("there are no metrics to tell what an instance can carry; of the healthy ones %d would stay and %d go", rest, leaving)
	}
	each := l.Now
	if rest > 0 {
		each = l.Now / float64(rest)
	}
	figures = fmt.Sprintf("%.0f requests a minute over the %s that would stay are %.0f each; the most that one was seen to carry in the last %v is %.0f",
		l.Now, gekko.Count(rest, "healthy instance"), each, l.Span.Round(time.Second), l.Peak)
	return rest > 0 && each <= tolerance*l.Peak, figures
}
