package loop_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gekko/local/loop"
)

// running runs a loop in a bubble for as long as test does.
func running(t *testing.T, test func(t *testing.T, l *loop.Loop)) {
	synctest.Test(t, func(t *testing.T) {
		l := &loop.Loop{}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { l.Run(ctx); close(ended) }()
		test(t, l)
		end()
		<-ended
	})
}

func TestEventsHappenInOrderUnlessTheyAreCancelled(t *testing.T) {
	running(t, func(t *testing.T, l *loop.Loop) {
		var got []string
		note := func(what string) func() { return func() { got = append(got, what) } }
		l.After(2*time.Second, note("second"))
		l.After(2*time.Second, note("second too"))
		off := l.After(time.Second, note("cancelled"))
		l.After(time.Second, func() { note("first")(); l.After(3*time.Second, note("last")) })
		l.Do(off.Cancel)
		time.Sleep(time.Minute)
		l.Do(func() {
			if want := []string{"first", "second", "second too", "last"}; !slices.Equal(got, want) {
				t.Errorf("%v happened, want %v", got, want)
			}
		})
	})
}

func TestWhatComesAgainEndsWhenItIsStopped(t *testing.T) {
	running(t, func(t *testing.T, l *loop.Loop) {
		times := 0
		l.Do(func() {
			var stop func()
			stop = l.Every(time.Minute, func() {
				if times++; times == 3 {
					stop()
				}
			})
		})
		time.Sleep(time.Hour)
		l.Do(func() {
			if times != 3 {
				t.Errorf("it happened %d times, want 3", times)
			}
		})
	})
}

func TestTheEndWaitsForWorkAndForWhatFollowsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &loop.Loop{}
		ctx, end := context.WithCancel(t.Context())
		followed := false
		l.After(0, func() {
			l.Go(func(ctx context.Context) {
				<-ctx.Done()
				time.Sleep(time.Second) // it takes its time
			}, func() { followed = true })
		})
		time.AfterFunc(time.Minute, end)
		l.Run(ctx)
		if !followed {
			t.Error("the loop ended before the work did")
		}
	})
}
