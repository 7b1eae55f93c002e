package release

import (
	"context"
	"fmt"
	"time"

	"gekko"
)

// Release carries a release out until it has ended, or goes on with one.
func (e *Engine) Release(ctx context.Context, q Request) (gekko.Outcome, error) {
	for {
		t, err := e.Once(ctx, q)
		if err != nil || t.Ended {
			return t.Outcome, err
		}
		if err := sleep(ctx, time.Until(t.Again)); err != nil {
			return t.Outcome, err
		}
	}
}

// Once looks at a release one time and takes the steps that are due.
func (e *Engine) Once(ctx context.Context, q Request) (Tick, error) {
	f, err := e.Cloud.Observe(ctx, q.App, q.Balancer)
	if err != nil {
		return Tick{}, err
	}
	g, there := underWay(f)
	if !there {
		return Tick{}, fmt.Errorf("app %s: %w: no release is under way", q.App, gekko.ErrNotFound)
	}
	return Tick{Phase: g.Release.Phase, Again: f.At.Add(e.period())}, nil
}

// Rollback releases the previous snapshot.
func (e *Engine) Rollback(ctx context.Context, q Request) (gekko.Outcome, error) {
	q, err := e.Previous(ctx, q)
	if err != nil {
		return gekko.Outcome{}, err
	}
	return e.Release(ctx, q)
}

// Plan checks a request and tells what a release would do, with times.
func (e *Engine) Plan(ctx context.Context, q Request) (Foresight, error) {
	_, err := e.Cloud.Snapshot(ctx, q.Snapshot)
	return Foresight{}, err
}

// Watch shows a release; it changes nothing and needs no lease.
func (e *Engine) Watch(ctx context.Context, q Request) (View, error) {
	f, err := e.Cloud.Observe(ctx, q.App, q.Balancer)
	g, _ := underWay(f)
	return View{Fleet: f, Release: g.Release}, err
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
