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

// work is what a process that carries a release out has at hand. All of it can
// be read again from the cloud.
type work struct {
	e     *Engine
	q     Request
	keep  Recorder // nil: keeps nothing
	waits bool     // sees whether a lease that somebody holds is prolonged
	lease *held

	fleet    gekko.Fleet // as last seen
	r        gekko.Release
	evidence evidence
	words    string // of the policies that were read
	read     *phase.Policies
	moved    time.Time       // when something was last done
	missed   time.Time       // since when the new group is not seen any more
	quiet    bool            // nothing is on its way: a glance is enough
	told     map[string]bool // warnings, once each
	gone     *gekko.Outcome  // of a rejected group that was deleted
	stumbled int             // how many ticks in a row found something missing
}

// Release carries a release out until it has ended, or goes on with one. Its
// error says ErrRejected or ErrDirty where it did not end well.
func (e *Engine) Release(ctx context.Context, q Request) (gekko.Outcome, error) {
	w := &work{e: e, q: q, keep: e.Record, waits: true, told: map[string]bool{}}
	defer w.free(ctx)
	for {
		t, err := w.tick(ctx)
		switch {
		case ctx.Err() != nil:
			return t.Outcome, gekko.Hint(fmt.Errorf("cut off: %w", context.Cause(ctx)), "run the same command again: it goes on where this one ended")
		case passes(err) || w.stumbles(err):
			e.Report.Tell(gekko.Warns, err.Error()+"; trying again", 0)
			t.Again = time.Now().Add(e.poll())
		case t.Ended:
			return t.Outcome, err
		case err != nil:
			w.abandoned(err)
			return t.Outcome, err
		}
		if err := hand.Sleep(ctx, time.Until(t.Again)); err != nil {
			continue // the context's end is told above
		}
	}
}

// stumbles says whether an error may come of an old answer: what was made just
// now is not found yet. That heals in half a minute.
func (w *work) stumbles(err error) bool {
	if err == nil || w.lease == nil || !errors.Is(err, gekko.ErrNotFound) {
		w.stumbled = 0
		return false
	}
	w.stumbled++
	return w.stumbled <= 5
}

// Once looks at a release one time and takes the steps that are due. It leaves
// the lease free for the next one to do so.
func (e *Engine) Once(ctx context.Context, q Request) (Tick, error) {
	w := &work{e: e, q: q, keep: e.Record, told: map[string]bool{}}
	defer w.free(ctx)
	t, err := w.tick(ctx)
	for err == nil && !t.Ended && !w.missed.IsZero() { // nobody would know at the next look since when
		if err = hand.Sleep(ctx, time.Until(t.Again)); err == nil {
			t, err = w.tick(ctx)
		}
	}
	if err == nil && w.gone != nil {
		return w.end(t, *w.gone) // the next look would find nothing to tell of
	}
	return t, err
}

func (w *work) free(ctx context.Context) {
	if w.lease != nil {
		w.lease.free(ctx)
	}
}

// passes says whether the cloud asks to be called again later, or did not answer
// in time.
func passes(err error) bool {
	return errors.Is(err, gekko.ErrThrottled) || errors.Is(err, gekko.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded)
}

// tick is one look, and what is due at it.
func (w *work) tick(ctx context.Context) (Tick, error) {
	if w.lease != nil {
		if err := w.lease.keep(ctx); err != nil {
			return Tick{}, w.lost(err)
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

// hold takes the lease.
func (w *work) hold(ctx context.Context) (err error) {
	q := w.q
	if q.Why == "" {
		q.Why = "release " + string(q.Snapshot)
	}
	w.lease, err = w.e.hold(ctx, q, w.waits)
	return err
}

// lost forgets a lease that is not held any more. One that only ended may be
// taken again.
func (w *work) lost(err error) error {
	if !errors.Is(err, gekko.ErrConflict) {
		return err
	}
	ended := !time.Now().Before(w.lease.until)
	w.lease = nil
	if ended {
		return fmt.Errorf("%w: the lease ended: %s", gekko.ErrUnavailable, err)
	}
	return err
}

// release finds the release that is under way, or begins it. It gives none if
// all has been said already. What this process wrote itself it knows better than
// the cloud's answers, which may be old: nobody else writes while it holds the
// lease.
func (w *work) release(ctx context.Context, f gekko.Fleet) (*gekko.Release, Tick, error) {
	g, there := f.UnderWay()
	switch {
	case there && w.q.Snapshot != "" && g.Release.New != gekko.GroupName(w.q.Snapshot):
		return nil, Tick{}, gekko.Hint(fmt.Errorf("release %s: %w: it is under way, one at a time", g.Name, gekko.ErrConflict), "gekko watch shows it; gekko abort takes it back")
	case there:
		if w.lease == nil || !w.r.UnderWay() {
			w.r = g.Release
		}
		w.missed = time.Time{}
		w.q.Snapshot = gekko.SnapshotName(g.Name)
		return &w.r, Tick{}, nil
	case w.r.UnderWay():
		return w.vanished(f)
	}
	r, err := w.open(ctx, f)
	if err != nil {
		return nil, Tick{}, err
	}
	if r.UnderWay() {
		w.r = r
		return w.vanished(f)
	}
	if w.q.Snapshot == "" {
		return nil, Tick{}, gekko.Hint(fmt.Errorf("app %s: %w: no release is under way", w.q.App, gekko.ErrNotFound), "gekko release -s NAME begins one")
	}
	t, err := w.begin(ctx, f)
	return nil, t, err
}

// open is a release that has begun and not ended, whose group nothing is seen of.
// All that is known of it stands on its snapshot's image.
func (w *work) open(ctx context.Context, f gekko.Fleet) (gekko.Release, error) {
	all, err := w.e.Cloud.Outcomes(ctx, w.q.App)
	if err != nil {
		return gekko.Release{}, err
	}
	for _, o := range all {
		if _, there := f.Group(gekko.GroupName(o.Snapshot)); o.Ending == gekko.Open && !there {
			return gekko.Release{New: gekko.GroupName(o.Snapshot), Old: o.Old, Begun: o.Begun, Back: o.Back, Phase: gekko.Launching, Since: o.Begun}, nil
		}
	}
	return gekko.Release{}, nil
}

// vanished believes that the new group is gone once it was not seen for a while,
// or once this process has deleted it.
func (w *work) vanished(f gekko.Fleet) (*gekko.Release, Tick, error) {
	if w.missed.IsZero() {
		w.missed = f.At
	}
	if w.gone == nil && f.At.Sub(w.missed) < 10*w.e.poll() {
		w.quiet = false
		return nil, Tick{Phase: w.r.Phase, Next: "to see group " + string(w.r.New) + " again", Again: time.Now().Add(w.e.poll())}, nil
	}
	return &w.r, Tick{}, nil
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
	if why := v.Unproven(); why != "" {
		w.warn(fmt.Sprintf("release %s: %s", v.Record.New, why))
	}
	return w.take(ctx, v, p)
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
			return t, w.lost(err)
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

// ending is the error of an outcome; nil for a promotion.
func ending(o gekko.Outcome) error {
	why := o.Cause
	if o.Grounds != "" {
		why += ": " + o.Grounds
	}
	switch o.Ending {
	case gekko.Rejected:
		return fmt.Errorf("release %s: %w: %s", o.Snapshot, ErrRejected, why)
	case gekko.Dirty:
		return gekko.Hint(fmt.Errorf("release %s: %w: %s", o.Snapshot, ErrDirty, why), "gekko status shows what is there")
	}
	return nil
}
