package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gekko"
	"gekko/release/hand"
)

// held is a lease that this process holds. What it may still write it has to
// have written before the lease ends.
type held struct {
	e     *Engine
	lease gekko.Lease
	until time.Time // by this process's clock, counted from before the call
	beat  time.Time // when it is to be prolonged
}

// longest is how long a call may take to have an effect after its caller gave
// up: whoever takes a lease over waits for that, too.
func (e *Engine) longest() time.Duration { return e.term() / 12 }

// hold takes the app's lease. One that is not over belongs to somebody who may
// be at work, unless q takes it over, or nobody prolongs it.
func (e *Engine) hold(ctx context.Context, q Request, patient bool) (*held, error) {
	newest, err := e.Cloud.Lease(ctx, q.App)
	if err != nil {
		return nil, err
	}
	if !newest.Over(time.Now()) && !q.TakeOver {
		if newest, err = e.await(ctx, q.App, newest, patient); err != nil {
			return nil, err
		}
	}
	// A holder prolongs its lease by the next term, which is ours from now on: it
	// may still write until the present one ends.
	safe := time.Time{}
	if newest.Term > 0 && !newest.Freed {
		safe = newest.Expires.Add(e.longest())
	}
	h := &held{e: e}
	begun := time.Now()
	l := gekko.Lease{App: q.App, Term: newest.Term + 1, Holder: e.Holder, Why: q.Why}
	if h.lease, err = e.Cloud.TakeLease(ctx, l, e.term()); err != nil {
		return nil, taken(err, newest)
	}
	h.lasts(begun)
	for left := time.Until(safe); left > 0; left = time.Until(safe) {
		e.Report.Tell(gekko.Waits, fmt.Sprintf("%s may still be writing for %s", newest.Holder, hand.Rounded(left)), 0)
		if err := hand.Sleep(ctx, min(left, e.term()/5)); err != nil {
			h.free(ctx)
			return nil, err
		}
		if err := h.keep(ctx); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// await sees whether anybody prolongs a lease until it ends: by the next term,
// as the times of one term are told anew by each answer.
func (e *Engine) await(ctx context.Context, app gekko.AppName, l gekko.Lease, patient bool) (gekko.Lease, error) {
	first := l
	for !l.Over(time.Now()) {
		if !patient || l.Term != first.Term {
			return l, taken(gekko.ErrConflict, l)
		}
		e.Report.Tell(gekko.Waits, fmt.Sprintf("the lease of %s ends in %s, unless it is at work", l.Holder, hand.Rounded(time.Until(l.Expires))), 0)
		if err := hand.Sleep(ctx, min(max(time.Until(l.Expires), time.Millisecond), e.term()/5)); err != nil {
			return l, err
		}
		var err error
		if l, err = e.Cloud.Lease(ctx, app); err != nil {
			return l, err
		}
	}
	return l, nil
}

func taken(err error, l gekko.Lease) error {
	if !errors.Is(err, gekko.ErrConflict) {
		return err
	}
	return gekko.Hint(fmt.Errorf("app %s: %w: %s is at work (%s), its lease ends at %s unless it prolongs it", l.App, gekko.ErrConflict, l.Holder, l.Why, l.Expires.UTC().Format(time.TimeOnly)),
		"gekko watch shows it; --take-over begins the next term")
}

func (h *held) lasts(from time.Time) {
	h.until = from.Add(h.e.term())
	h.beat = from.Add(h.e.term() * 2 / 5)
}

// keep prolongs the lease when it is time to. Whoever finds the next term taken
// has lost it.
func (h *held) keep(ctx context.Context) error {
	begun := time.Now()
	if begun.Before(h.beat) {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, h.until)
	defer cancel()
	next, err := h.e.Cloud.KeepLease(ctx, h.lease, h.e.term())
	if err != nil {
		return err
	}
	h.lease = next
	h.lasts(begun)
	return nil
}

// free ends the term, so that nobody has to wait for it.
func (h *held) free(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.e.longest())
	defer cancel()
	if err := h.e.Cloud.FreeLease(ctx, h.lease); err != nil {
		h.e.Report.Tell(gekko.Warns, fmt.Sprintf("the lease stays until %s: %v", h.lease.Expires.UTC().Format(time.TimeOnly), err), 0)
	}
}
