package remote

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Await dials a host that is booting until it lets us in, for at most patience.
// Meanwhile a host key that differs and a login that is refused are taken for a
// boot that is not over; nothing is ever signed for a host with another key.
// Each failure is told with the time waited so far.
func Await(ctx context.Context, h Host, every, patience time.Duration, tell func(err error, waited time.Duration)) (*Session, error) {
	began := time.Now()
	for {
		s, err := Dial(ctx, h)
		if err == nil {
			return s, nil
		}
		waited := time.Since(began)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case waited+every > patience && errors.Is(err, ErrHostKey):
			return nil, fmt.Errorf("gave up after %v; nobody was logged in to: %w", waited.Round(time.Second), err)
		case waited+every > patience:
			return nil, fmt.Errorf("gave up after %v: %w", waited.Round(time.Second), err)
		}
		if tell != nil {
			tell(err, waited)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(every):
		}
	}
}
