package release

import (
	"context"
	"errors"
	"fmt"
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

// hold takes the lease.
func (w *work) hold(ctx context.Context) (err error) {
	q := w.q
	if q.Why == "" {
		q.Why = "release " + string(q.Snapshot)
	}
	w.lease, err = w.e.hold(ctx, q, w.waits)
	return err
}

// lost forgets a lease that is not held any more, and says who has it. One that
// only ended may be taken again.
func (w *work) lost(ctx context.Context, err error) error {
	if !errors.Is(err, gekko.ErrConflict) {
		return err
	}
	ended := !time.Now().Before(w.lease.until)
	w.lease = nil
	if ended {
		return fmt.Errorf("%w: the lease ended: %s", gekko.ErrUnavailable, err)
	}
	if l, unseen := w.e.Cloud.Lease(ctx, w.q.App); unseen == nil && l.Holder != w.e.Holder {
		err = fmt.Errorf("release %s: %w: %s has taken it over", w.q.Snapshot, gekko.ErrConflict, l.Holder)
		return gekko.Hint(err, "gekko watch shows how it goes on")
	}
	return err
}
