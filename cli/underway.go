package cli

import (
	"context"
	"fmt"
	"time"

	"gekko"
	"gekko/cloud"
)

// underWay is a release that has not ended, and who looks after it.
type underWay struct {
	gekko.Release
	Lease gekko.Lease `json:"lease"`
	Alone bool        `json:"alone"` // nobody looks any more
}

// lookedAfter is a fleet's release with who looks after it; nil: there is none.
func lookedAfter(ctx context.Context, env *Env, c *cloud.Cloud, f gekko.Fleet) (*underWay, error) {
	g, there := f.UnderWay()
	if !there {
		return nil, nil
	}
	lease, err := c.Lease(ctx, f.App)
	if err != nil {
		return nil, err
	}
	return &underWay{g.Release, lease, engine(env, c, nil).Silent(lease, f.At)}, nil
}

// line is where it stands.
func (u underWay) line(now time.Time) string {
	s := fmt.Sprintf("Release %s: %s for %s", u.New, u.Phase, age(u.Since, now))
	if u.Old != "" {
		s = fmt.Sprintf("Release %s over %s: %s for %s", u.New, u.Old, u.Phase, age(u.Since, now))
	}
	if u.Paused {
		s += ", paused"
	}
	if held := holds(u.Release); held != "" {
		s += ", held: " + held
	}
	if !u.Lease.Beat.IsZero() {
		s += fmt.Sprintf("; last looked at %s ago by %s", age(u.Lease.Beat, now), u.Lease.Holder)
	}
	return s
}

// holds is what a release is held by. One that is being taken back remembers
// there what it could not get past, and is held by nothing.
func holds(r gekko.Release) string {
	if r.Phase == gekko.Rejecting {
		return ""
	}
	return r.Holds
}

// lonely says that nobody looks at it any more.
func (u underWay) lonely(now time.Time) string {
	seen := "nobody has looked at it yet"
	if !u.Lease.Beat.IsZero() {
		seen = fmt.Sprintf("%s looked last, %s ago", u.Lease.Holder, age(u.Lease.Beat, now))
	}
	return fmt.Sprintf("nobody carries release %s out: %s; gekko release goes on with it", u.New, seen)
}

// print tells of it beside a status.
func (u *underWay) print(env *Env, now time.Time) {
	if u == nil {
		return
	}
	fmt.Fprintln(env.Err, u.line(now))
	if u.Alone {
		env.complain("note: ", u.lonely(now))
	}
}
