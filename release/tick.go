package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gekko"
	"gekko/release/hand"
	"gekko/release/phase"
)

// tick is one look, and what is due at it.
func (w *work) tick(ctx context.Context) (Tick, error) {
	if w.lease != nil {
		if err := w.lease.keep(ctx); err != nil {
			return Tick{}, w.lost(ctx, err)
		}
	}
	f, err := w.look(ctx, w.quiet)
	if err != nil {
		return Tick{}, err
	}
	r, t, err := w.release(ctx, f)
	if err != nil || r == nil {
		return t, err
	}
	if w.lease == nil {
		if err := w.hold(ctx); err != nil {
			return t, err
		}
		w.r, w.quiet = gekko.Release{}, false
		return w.tick(ctx) // who held it before may have written until now
	}
	return w.advance(ctx, f, *r)
}

// advance decides and takes what is due.
func (w *work) advance(ctx context.Context, f gekko.Fleet, r gekko.Release) (Tick, error) {
	v, p, err := w.decided(ctx, f, r)
	if err != nil {
		return Tick{Phase: r.Phase}, err
	}
	if len(p.Steps) > 0 && w.quiet {
		w.quiet = false
		if f, err = w.look(ctx, false); err != nil {
			return Tick{Phase: r.Phase}, err
		}
		if v, p, err = w.decided(ctx, f, w.r); err != nil {
			return Tick{Phase: r.Phase}, err
		}
	}
	if slices.ContainsFunc(p.Steps, v.Destroys) {
		equal, v2, p2, err := w.confirmed(ctx, p)
		if err != nil {
			return Tick{Phase: r.Phase}, err
		}
		if v, p = v2, p2; !equal {
			return Tick{Phase: v.Record.Phase, Next: p.Next, Why: "two looks differ", Again: time.Now().Add(w.e.poll())}, nil
		}
	}
	w.remark(v)
	return w.take(ctx, v, p)
}

// remark warns of what a person should know and no step tells.
func (w *work) remark(v phase.View) {
	asked := phase.Policies{Release: w.q.Policy, Judge: w.q.Judge}
	// A rollback has a soak and a warm-up of its own, and with the new group the
	// policy is gone.
	if other := v.Policies.Instead(asked); other != "" && !v.Record.Back && v.NewThere {
		w.warn(fmt.Sprintf("release %s keeps to what it began with: %s", v.Record.New, other))
	}
	if why := v.Unproven(); why != "" {
		w.warn(fmt.Sprintf("release %s: %s", v.Record.New, why))
	}
}

func (w *work) decided(ctx context.Context, f gekko.Fleet, r gekko.Release) (phase.View, phase.Plan, error) {
	v, err := w.view(ctx, f, r)
	if err != nil {
		return v, phase.Plan{}, err
	}
	p, err := w.plan(ctx, &v)
	return v, p, err
}

// confirmed looks a second time, some seconds later, before anything is taken
// away: what the cloud tells may be old.
func (w *work) confirmed(ctx context.Context, p phase.Plan) (bool, phase.View, phase.Plan, error) {
	if err := hand.Sleep(ctx, min(10*time.Second, w.e.period())); err != nil {
		return false, phase.View{}, p, err
	}
	f, err := w.look(ctx, false)
	if err != nil {
		return false, phase.View{}, p, err
	}
	v, second, err := w.decided(ctx, f, w.r)
	return err == nil && phase.Same(p.Steps, second.Steps), v, second, err
}

// take takes the steps of a plan, each within what is left of the lease.
func (w *work) take(ctx context.Context, v phase.View, p phase.Plan) (Tick, error) {
	t := Tick{Phase: v.Record.Phase, Next: p.Next, Why: p.Why}
	for _, s := range p.Steps {
		if err := w.lease.keep(ctx); err != nil {
			return t, w.lost(ctx, err)
		}
		begun := time.Now()
		err := w.act(ctx, v, s)
		if errors.Is(err, gekko.ErrConflict) && putOff(s) {
			t.Again, t.Next, p.Moves = w.next(p), s.String(), true
			return t, nil
		}
		if why, ok := errors.AsType[unlike](err); ok {
			return w.take(ctx, v, v.Holding("settings", why.Error()))
		}
		if err != nil {
			return t, err
		}
		w.e.Report.Tell(gekko.Did, s.String(), time.Since(begun))
		w.moved, w.quiet = time.Now(), false
		t.Did = append(t.Did, s.String())
		if d, ok := s.(hand.Delete); ok && d.Group == v.Record.New {
			o := v.Outcome(gekko.Rejected, v.Grounds())
			w.gone = &o
		}
		if n, ok := s.(phase.Note); ok {
			w.tell(v.Record, n)
			t.Phase = n.Release.Phase
		}
	}
	if p.Ended != nil {
		return w.end(t, *p.Ended)
	}
	if p.Stuck {
		w.notify(Change{Old: v.Record.Old, Phase: v.Record.Phase, Was: v.Record.Phase, Text: fmt.Sprintf("release %s: a person is needed", v.Record.New), Why: p.Why})
		return t, gekko.Hint(fmt.Errorf("release %s: %w: %s", v.Record.New, gekko.ErrHeld, p.Why), "gekko status shows more; run the same command again to wait on")
	}
	if p.Detaches != "" {
		if _, err := w.e.runner().Left(ctx, v.Fleet, p.Detaches); err != nil {
			return t, err
		}
	}
	if p.Next != "" {
		w.e.Report.Tell(gekko.Waits, p.Next, time.Since(v.Record.Since))
	}
	w.quiet = len(p.Steps) == 0 && p.Detaches == ""
	t.Again = w.next(p)
	return t, nil
}

// putOff says whether a step may have to wait for something that still goes on.
func putOff(s hand.Step) bool {
	switch s.(type) {
	case hand.RemovePool, hand.Delete:
		return true
	}
	return false
}

// next is when to look again. What moves is looked at soon, and less often the
// longer nothing came of it; what is quiet, once a period.
func (w *work) next(p phase.Plan) time.Time {
	now := time.Now()
	period, poll := w.e.period(), w.e.poll()
	again := now.Truncate(period).Add(period + period/8)
	if p.Moves {
		if w.moved.IsZero() {
			w.moved = now
		}
		again = now.Add(min(max(now.Sub(w.moved)/20, poll), max(period, poll)))
	}
	if !p.Due.IsZero() && p.Due.Before(again) {
		again = p.Due
	}
	if soonest := now.Add(poll / 10); again.Before(soonest) {
		again = soonest
	}
	return again
}

// end tells how it ended, in an error too if it did not end well.
func (w *work) end(t Tick, o gekko.Outcome) (Tick, error) {
	t.Ended, t.Outcome, t.Phase = true, o, ""
	w.ended(o)
	return t, ending(o)
}

// reasoned is why a release ended as it did.
func reasoned(o gekko.Outcome) string {
	if o.Grounds == "" {
		return o.Cause
	}
	return o.Cause + ": " + o.Grounds
}

// ending is the error of an outcome; nil for a promotion.
func ending(o gekko.Outcome) error {
	why := reasoned(o)
	switch o.Ending {
	case gekko.Rejected:
		return fmt.Errorf("release %s: %w: %s", o.Snapshot, ErrRejected, why)
	case gekko.Dirty:
		return gekko.Hint(fmt.Errorf("release %s: %w: %s", o.Snapshot, ErrDirty, why), "gekko status shows what is there")
	}
	return nil
}
