package release

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gekko"
	"gekko/judge"
	"gekko/release/hand"
)

// preflight checks a request against what there is, before anything is made. A
// release that has ended already gives its outcome.
func (e *Engine) preflight(ctx context.Context, q Request, f gekko.Fleet) (s start, o *gekko.Outcome, err error) {
	s = start{Request: q, to: policiesOf(q, e.period()), fleet: f}
	if s.from, err = e.Cloud.Snapshot(ctx, q.Snapshot); err != nil {
		return s, nil, err
	}
	if err := hand.Ready(s.from); err != nil {
		return s, nil, err
	}
	s.live, s.hasLive = liveGroup(f, gekko.GroupName(q.Snapshot))
	if o, err := e.before(ctx, &s); o != nil || err != nil {
		return s, o, err
	}
	for _, check := range []func(context.Context, *Engine) error{
		s.fits, s.stands, s.carries, s.drains, s.detects,
	} {
		if err := check(ctx, e); err != nil {
			return s, nil, err
		}
	}
	s.costs()
	return s, nil, nil
}

// Beforehand checks what can be checked of a release whose snapshot is yet to be
// baked: a bake takes minutes, and is worth nothing if the fleet cannot take it.
func (e *Engine) Beforehand(ctx context.Context, q Request) error {
	f, err := e.Cloud.Observe(ctx, q.App, q.Balancer)
	if err != nil {
		return err
	}
	if g, there := f.UnderWay(); there {
		return oneAtATime(g.Name)
	}
	s := start{Request: q, to: policiesOf(q, e.period()), fleet: f}
	s.live, s.hasLive = liveGroup(f, "")
	for _, check := range []func(context.Context, *Engine) error{s.stands, s.carries, s.drains} {
		if err := check(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// before finds what is known of earlier releases of the snapshot.
func (e *Engine) before(ctx context.Context, s *start) (*gekko.Outcome, error) {
	all, err := e.Cloud.Outcomes(ctx, s.App)
	if err != nil {
		return nil, err
	}
	g, there := s.fleet.Group(gekko.GroupName(s.Snapshot))
	live, _ := liveGroup(s.fleet, "")
	serves := live.Name
	for _, o := range all {
		switch {
		case o.Snapshot != s.Snapshot:
			continue
		case o.Ending == gekko.Promoted && there && serves == g.Name:
			return &o, nil
		case o.Ending == gekko.Dirty && there:
			return &o, ending(o)
		case o.Ending == gekko.Rejected && !there:
			p := hand.Plan{}
			why := fmt.Sprintf("snapshot %s was rejected at %s: %s", s.Snapshot, o.At.UTC().Format(time.DateTime), reasoned(o))
			if err := s.Refuse(&p, WasRejected, why); err != nil {
				return &o, rejectedBefore{err}
			}
			s.says = append(s.says, p.Says...)
		}
		break
	}
	if there {
		return nil, gekko.Hint(fmt.Errorf("group %s: %w: it is there already, and no release brings it in", g.Name, gekko.ErrConflict), "gekko retire -s "+string(g.Name)+" first")
	}
	return nil, nil
}

// rejectedBefore is the refusal to release again what was rejected. It ends a
// command as the rejection did.
type rejectedBefore struct{ error }

func (r rejectedBefore) Unwrap() []error { return []error{r.error, ErrRejected} }

// fits settles the size and the place.
func (s *start) fits(ctx context.Context, e *Engine) (err error) {
	if !s.Balancer.Known() {
		return gekko.Hint(fmt.Errorf("%w: neither gekko.yaml nor snapshot %s says which balancer", gekko.ErrInvalid, s.Snapshot), "balancer: in gekko.yaml")
	}
	planned := s.from.Plan.Size
	if planned == (gekko.Size{}) {
		planned = s.live.Size
	}
	var said []string
	if s.Size, said, err = hand.SizeFor(s.Size, planned); err != nil {
		return err
	}
	s.says = append(s.says, said...)
	subnets := s.Subnets
	if len(subnets) == 0 {
		subnets = s.from.Plan.Subnets
	}
	if s.where, err = e.runner().Site(ctx, s.Balancer, subnets); err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)
	s.r = gekko.Release{
		New: gekko.GroupName(s.Snapshot), Phase: gekko.Launching, Begun: now, Since: now,
		Size: s.Size, Back: s.Back,
	}
	if s.hasLive {
		s.r.Old, s.r.Before = s.live.Name, s.live.InService()
	}
	return s.room()
}

// room refuses subnets that have no addresses left for what production needs
// beside the live group.
func (s *start) room() error {
	need := max(s.r.Before+s.to.Release.Canary, s.Size.Desired)
	if s.where.Free >= need {
		return nil
	}
	p := hand.Plan{}
	err := s.Refuse(&p, Addresses, fmt.Sprintf("the subnets have %s left, and up to %d are needed", fmt.Sprintf("%d free addresses", s.where.Free), need))
	s.says = append(s.says, p.Says...)
	return err
}

// stands checks what else is behind the balancer.
func (s *start) stands(context.Context, *Engine) error {
	for _, g := range s.fleet.Groups {
		switch {
		case g.Name == s.live.Name || g.Serving() == 0 || g.Deleting:
		case g.App != s.App && g.Weight == 0 && s.fleet.Balancer.Weighted():
		case g.App != s.App:
			return gekko.Hint(fmt.Errorf("%w: group %s serves behind balancer %s and is not gekko's", gekko.ErrRefused, g.Name, s.Balancer), "gekko adopt "+string(g.Name)+" takes it in")
		default:
			return gekko.Hint(fmt.Errorf("group %s: %w: it serves beside %s, and a release moves from one group to another", g.Name, gekko.ErrConflict, s.live.Name), "gekko retire -s "+string(g.Name))
		}
	}
	for _, p := range s.fleet.Pools {
		if g, known := s.fleet.Group(p.Group); p.Weight() > 0 && !(known && g.App == s.App) && p.App != s.App && s.hasLive {
			return gekko.Hint(fmt.Errorf("%w: the rules also send to pool %s, which is no group's of app %s: its part of the requests could not be moved", gekko.ErrRefused, p.Name, s.App), "take it out of the rules, or adopt its group")
		}
	}
	return nil
}

// carries refuses what of the live group would be lost, and what on it would
// stand in the way.
func (s *start) carries(ctx context.Context, e *Engine) error {
	if !s.hasLive {
		return nil
	}
	p := hand.Plan{}
	for _, what := range []struct {
		name string
		of   func(context.Context, gekko.Fleet, gekko.GroupName) ([]string, error)
		text string
	}{
		{Obstacle, e.Cloud.Obstacles, "group %s: %s"},
		{Settings, e.Cloud.NotCarried, "group %s has what a new one would not have: %s"},
	} {
		all, err := what.of(ctx, s.fleet, s.live.Name)
		if err := s.unread(what.name+"s of the live group", err); err != nil {
			return err
		}
		for _, one := range all {
			if err := s.Refuse(&p, what.name, fmt.Sprintf(what.text, s.live.Name, one)); err != nil {
				return err
			}
		}
	}
	s.says = append(s.says, p.Says...)
	return nil
}

// unread lists what could not be read for want of a right; other errors stay.
func (s *start) unread(what string, err error) error {
	if errors.Is(err, gekko.ErrDenied) {
		s.unchecked = append(s.unchecked, what+": "+err.Error())
		return nil
	}
	return err
}

// drains refuses a balancer that would cut requests off.
func (s *start) drains(ctx context.Context, e *Engine) error {
	var err error
	s.load, err = e.Cloud.Load(ctx, s.fleet, s.to.Judge.Period)
	if err := s.unread("the load", err); err != nil {
		return err
	}
	p := hand.Plan{}
	drain := s.fleet.Drain
	if s.hasLive {
		drain = hand.DrainOf(s.fleet, s.live)
	}
	if s.load.Known {
		// The day may have forgotten what is carried just now by fewer than before.
		now := s.load.Now / float64(max(s.live.Serving(), 1))
		s.r.Peak = int(math.Ceil(max(s.load.Peak, now)))
	}
	if pool, there := s.fleet.Pool(s.live.Pool); there && s.hasLive && pool.Sticky > 0 {
		s.says = append(s.says, fmt.Sprintf("clients keep to pool %s for %v after their last request, also at weight 0: shares are reached only as they leave", pool.Name, pool.Sticky))
	}
	err = s.Drains(&p, drain, s.load.Slowest)
	s.says = append(s.says, p.Says...)
	return err
}

// detects says what the soak can find at today's traffic.
func (s *start) detects(ctx context.Context, e *Engine) error {
	if !s.hasLive || s.to.Release.Soak < 0 {
		s.says = append(s.says, "nothing is compared: there is no soak, or no other version to soak beside")
		return nil
	}
	if !s.Balancer.Weighted() {
		s.says = append(s.says, "a Classic balancer does not tell versions apart: the new one is judged from the health of its instances only, and its share of the requests is not known")
		return nil
	}
	if s.load.Now == 0 {
		s.says = append(s.says, "no requests were counted of late: what the soak can find is not known")
		return nil
	}
	span := 60 * s.to.Judge.Period
	all, err := e.Cloud.Traffic(ctx, s.fleet, span, s.to.Judge.Period)
	if err := s.unread("today's errors", err); err != nil || len(all) == 0 {
		return err
	}
	errorRate := 0.0
	if t := all[len(all)-1]; t.Requests > 0 {
		errorRate = t.Errors / t.Requests
	}
	before := s.live.Serving()
	share := float64(s.to.Release.Canary) / float64(max(before+s.to.Release.Canary, 1))
	if p := s.to.Release.SharePercent; p > 0 {
		share = min(share, float64(p)/100)
	}
	s.says = append(s.says, judge.Detectable(s.to.Judge, s.to.Release.Soak, s.load.Now*share, errorRate).Sentence)
	return nil
}

// costs says what runs beside what runs anyway.
func (s *start) costs() {
	if !s.hasLive {
		return
	}
	p := s.to.Release
	canary := time.Duration(p.Canary) * (max(p.Ramp, 0) + max(p.Soak, 0))
	if s.Back {
		canary = 0
	}
	both := time.Duration(max(s.r.Before, s.Size.Desired)) * (max(p.WarmUp, p.Kept, 0) + s.fleet.Drain)
	switch beside := canary + both; {
	case beside >= time.Hour:
		s.says = append(s.says, fmt.Sprintf("about %.1f instance-hours beside the live group", beside.Hours()))
	case beside >= 5*time.Minute: // what is less costs nothing to speak of
		s.says = append(s.says, fmt.Sprintf("about %.0f instance-minutes beside the live group", beside.Minutes()))
	}
	if s.to.Release.Canary < 3 && s.to.Release.Soak > 0 && !slices.Contains(s.Accept, FewDetected) {
		s.says = append(s.says, "fewer than three canary instances: one bad host cannot be told from a bad version")
	}
}
