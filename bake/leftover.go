package bake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gekko"
)

// Leftover is one thing that a bake that was cut off has left.
type Leftover = gekko.Leftover

// Leftovers finds what bakes of an app that were cut off have left: builders
// first. What a bake that still runs has made shows up too.
func (b *Baker) Leftovers(ctx context.Context, app gekko.AppName) ([]Leftover, error) {
	return b.Cloud.Leftovers(ctx, app)
}

// Sweep takes leftovers away, in the order that Leftovers gives, and goes on
// over errors.
func (b *Baker) Sweep(ctx context.Context, left []Leftover) error {
	var all error
	for _, l := range left {
		began := time.Now()
		if err := b.drop(ctx, l); err != nil {
			all = errors.Join(all, fmt.Errorf("%s: %w", l, err))
			continue
		}
		b.did(time.Since(began), "%s of %s taken away", l, l.Bake.Snapshot)
	}
	return all
}

func (b *Baker) drop(ctx context.Context, l Leftover) error {
	if l.Kind == gekko.LeftBuilder {
		return b.end(ctx, gekko.InstanceID(l.ID), time.Time{})
	}
	return b.await(ctx, l.String(), endPatience, b.deleted(func() error { return b.Cloud.DropLeftover(ctx, l) }))
}

// resume finishes what an earlier bake of the same work had begun, or finds it
// done. What else it left is taken away, as is what any bake of the app left
// longer ago than it can still be of use. A bake of other work is left alone:
// it may well be running.
func (m *making) resume(ctx context.Context, had []gekko.Snapshot) (s gekko.Snapshot, existed bool, err error) {
	if !m.Force {
		if s, existed, err = m.finish(ctx, had); err != nil {
			return s, false, err
		}
	}
	left, err := m.Cloud.Leftovers(ctx, m.App.Name)
	if err != nil {
		return s, false, err
	}
	var old []Leftover
	for _, l := range left {
		switch {
		case existed && l.ID == string(s.Image): // its template is not known everywhere yet
		case m.mark.SameWork(l.Bake):
			old = append(old, l)
		case !l.Bake.Expires.IsZero() && time.Now().After(l.Bake.Expires):
			old = append(old, l)
		case l.Kind == gekko.LeftBuilder:
			m.Report.Tell(gekko.Warns, fmt.Sprintf("another bake of %s, %s, has builder %s; gekko sweep ends it if nobody is at it", l.Bake.App, l.Bake.Snapshot, l.ID), 0)
		}
	}
	if len(old) > 0 {
		m.Report.Tell(gekko.Warns, fmt.Sprintf("an earlier bake was cut off and left %d things; taking them away", len(old)), 0)
	}
	return s, existed, m.Sweep(ctx, old)
}

// finish finds a snapshot of the same work. One whose image is there, or on its
// way, but lacks its template is given one; that is what a bake leaves that was
// killed near its end.
func (m *making) finish(ctx context.Context, had []gekko.Snapshot) (s gekko.Snapshot, found bool, err error) {
	for i := len(had) - 1; i >= 0; i-- {
		s = had[i]
		if !m.mark.SameWork(workOf(m.App.Name, s)) || s.State == gekko.SnapshotFailed {
			continue
		}
		if s.Ready() {
			m.exists(s)
			return s, true, nil
		}
		m.did(0, "image %s of an earlier bake, %s, is taken up", s.Image, s.Name)
		if err := m.awaitImage(ctx, s.Name); err != nil {
			return s, false, err
		}
		// The image's tags hold the plan but for what a template has a place for.
		s.State = gekko.SnapshotAvailable
		s.Plan.SecurityGroups, s.Plan.KeyPair = m.App.Group.SecurityGroups, m.App.Group.KeyPair
		s, err = m.Cloud.AddTemplate(ctx, s)
		return s, err == nil, err
	}
	return gekko.Snapshot{}, false, nil
}
