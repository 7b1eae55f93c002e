package hand

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gekko"
)

// Act carries one step out. What is there already, or gone already, is success.
func (r *Runner) Act(ctx context.Context, f gekko.Fleet, step Step) error {
	switch s := step.(type) {
	case MakePool:
		return r.Cloud.MakePool(ctx, f, s.Snapshot)
	case Share:
		return r.Cloud.Weigh(ctx, f, s.Rule, s.Weights)
	case Launch:
		return r.Cloud.Launch(ctx, s.Launch)
	case Track:
		return r.Cloud.Track(ctx, s.Group, f, s.Policy)
	case Resize:
		return r.Cloud.Resize(ctx, s.Group, s.Size)
	case Mark:
		if !s.Out.Idle.IsZero() {
			s.Out.Idle = time.Now() // the step before it took a while
		}
		return r.Cloud.Mark(ctx, s.Group, s.Out)
	case Attach:
		return r.Cloud.Attach(ctx, s.Group, f, s.Pool)
	case Detach:
		return r.Cloud.Detach(ctx, s.Group, f)
	case Free:
		return r.Cloud.Free(ctx, s.Group)
	case Leave:
		return r.Cloud.Leave(ctx, f, s.Rule, s.Pool)
	case RemovePool:
		return r.again(ctx, s, func() error { return r.Cloud.RemovePool(ctx, f.App, s.Pool) })
	case Delete:
		return r.again(ctx, s, func() error { return r.Cloud.Delete(ctx, s.Group, s.WithInstances) })
	}
	panic(fmt.Sprintf("release: no such step: %T", step))
}

// again tries what the cloud puts off while something else is still going on.
func (r *Runner) again(ctx context.Context, s Step, try func() error) error {
	begun := time.Now()
	for {
		err := try()
		if !errors.Is(err, gekko.ErrConflict) || time.Since(begun) > r.patience() {
			return err
		}
		r.Report.Tell(gekko.Waits, s.String(), time.Since(begun))
		if err := Sleep(ctx, r.poll()); err != nil {
			return err
		}
	}
}

// look is one look at what has been waited for since it began; the next
// observation tells whether it is over. Failures count since the command began.
func (w *walk) look(ctx context.Context, f gekko.Fleet, wait Wait, begun, since time.Time) error {
	switch wait := wait.(type) {
	case AwaitServing:
		if err := w.launches(ctx, wait.Group, since); err != nil {
			return err
		}
	case AwaitDetached:
		if left, err := w.Left(ctx, f, wait.Group); err != nil || left {
			return err
		}
	}
	w.Report.Tell(gekko.Waits, wait.Progress(f), time.Since(begun))
	return Sleep(ctx, w.poll())
}

// launches ends a wait as soon as the group tells of a launch that can never
// work. Where only room is missing another zone or another hour may heal it,
// and each failure is told once.
func (w *walk) launches(ctx context.Context, name gekko.GroupName, since time.Time) error {
	all, err := w.Cloud.Activities(ctx, name, since)
	if err != nil {
		return err
	}
	for _, a := range all {
		if !a.Failed || !strings.HasPrefix(a.What, "Launching") {
			continue
		}
		if !a.Passing {
			return gekko.Hint(fmt.Errorf("%w: group %s cannot launch: %s", gekko.ErrInvalid, name, a.Message), "gekko retire -s "+string(name)+" removes it")
		}
		if a.At.After(w.told) {
			w.told = a.At
			w.Report.Tell(gekko.Warns, fmt.Sprintf("group %s: %s", name, a.Message), 0)
		}
		return nil
	}
	return nil
}

// Sleep waits; it ends early with ctx, and gives that as its error.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
