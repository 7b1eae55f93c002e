package hand

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gekko"
)

// decide gives the steps that remain in what was observed, in order. It is
// asked again after each wait, so that it may end one by not asking for it.
type decide func(f gekko.Fleet) []Step

// slack is how far a cloud's clock may be behind ours.
const slack = 15 * time.Second

// walk is one command on its way: it acts up to the next wait, looks again,
// and has all decided anew.
type walk struct {
	*Runner
	subject Subject
	decide  decide
	begun   time.Time // the command
	waits   Wait      // what is waited for now; nil: nothing
	since   time.Time // since when, or since the last step
	told    time.Time // of the newest failed launch that was told
	trouble trouble
}

// trouble is a cloud that asks, round after round, to be called again later.
type trouble struct {
	since time.Time // zero: there is none
	said  string
	steps map[string]bool // told since; they are taken anew each round
}

func (r *Runner) walk(ctx context.Context, s Subject, d decide) error {
	w := &walk{Runner: r, subject: s, decide: d, begun: time.Now(), since: time.Now()}
	for {
		over, err := w.round(ctx)
		switch {
		case ctx.Err() != nil:
			return gekko.Hint(fmt.Errorf("cut off: %w", context.Cause(ctx)), "run the same command again: it goes on where this one ended")
		case passes(err) && w.again(err):
			if err := Sleep(ctx, r.poll()); err != nil {
				return err
			}
		case err != nil || over:
			return err
		default:
			w.trouble = trouble{}
		}
	}
}

// again tells of trouble, the same only once, and says whether it has not
// lasted too long yet.
func (w *walk) again(err error) bool {
	if w.trouble.since.IsZero() {
		w.trouble = trouble{since: time.Now(), steps: map[string]bool{}}
	}
	took := time.Since(w.trouble.since)
	if took >= w.patience() {
		return false
	}
	kind, said := gekko.Warns, err.Error()+"; trying again"
	if said == w.trouble.said {
		kind = gekko.Waits
	}
	w.trouble.said = said
	w.Report.Tell(kind, said, took)
	return true
}

// passes says whether the cloud asks to be called again later.
func passes(err error) bool {
	return errors.Is(err, gekko.ErrThrottled) || errors.Is(err, gekko.ErrUnavailable)
}

// round observes, decides, and acts up to the first wait.
func (w *walk) round(ctx context.Context) (over bool, err error) {
	f, err := w.Cloud.Observe(ctx, w.subject.App, w.subject.Balancer)
	if err != nil {
		return false, err
	}
	for _, step := range w.decide(f) {
		if wait, ok := step.(Wait); ok {
			return false, w.wait(ctx, f, wait)
		}
		w.waited(nil)
		begun := time.Now()
		if err := w.Act(ctx, f, step); err != nil {
			return false, err
		}
		if said := step.String(); !w.trouble.steps[said] {
			w.Report.Tell(gekko.Did, said, time.Since(begun))
			if w.trouble.steps != nil {
				w.trouble.steps[said] = true
			}
		}
		w.since = time.Now()
	}
	w.waited(nil)
	return true, nil
}

// wait looks once, unless patience is over: then a person is asked.
func (w *walk) wait(ctx context.Context, f gekko.Fleet, wait Wait) error {
	w.waited(wait)
	if took := time.Since(w.since); took > w.patience() {
		return gekko.Hint(fmt.Errorf("%w: after %v: %s", gekko.ErrHeld, Rounded(took), wait.Progress(f)),
			"gekko status shows more; run the same command again to wait on")
	}
	return w.look(ctx, f, wait, w.since, w.begun.Add(-slack))
}

// waited tells that the last wait is over when another one, or none, begins.
func (w *walk) waited(next Wait) {
	if same(w.waits, next) {
		return
	}
	if w.waits != nil {
		w.Report.Tell(gekko.Did, w.waits.String(), time.Since(w.since))
	}
	w.waits, w.since = next, time.Now()
}
