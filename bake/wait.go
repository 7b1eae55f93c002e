package bake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gekko"
)

// insist calls until the cloud, which may be busy or away for a moment, takes
// the call. The call must be one that does no harm if it is made twice.
func (b *Baker) insist(ctx context.Context, what string, call func() error) error {
	return b.await(ctx, what, busyPatience, func() (bool, string, error) {
		err := call()
		return err == nil, "", err
	})
}

// await looks again and again until look says that it is done, for at most
// patience. Each look that was in vain is told with what it saw. A cloud that
// is busy or away for a moment is no reason to give up. The first looks come
// sooner after each other, as much is done quickly.
func (b *Baker) await(ctx context.Context, what string, patience time.Duration, look func() (done bool, saw string, err error)) error {
	began := time.Now()
	for pause := b.poll() / 4; ; pause = min(pause*3/2, b.poll()) {
		done, saw, err := look()
		switch {
		case done:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, gekko.ErrThrottled), errors.Is(err, gekko.ErrUnavailable):
			saw = err.Error()
		case err != nil:
			return err
		}
		waited := time.Since(began)
		if waited > patience {
			return fmt.Errorf("%s: gave up after %v: %s: %w", what, patience, saw, context.DeadlineExceeded)
		}
		b.Report.Tell(gekko.Waits, what+": "+saw, waited)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
