package loop_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gekko/local/loop"
)

func TestEventsHappenInTheOrderOfTheirTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var l loop.Loop
		var got []string
		note := func(s string) func() { return func() { got = append(got, s) } }
		l.After(2*time.Hour, note("third"))
		l.After(time.Hour, note("first"))
		l.After(time.Hour, note("second"))
		l.After(time.Minute, note("never")).Cancel()
		go l.Run(ctx)
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		l.Do(func() {
			if want := []string{"first", "second", "third"}; !slices.Equal(got, want) {
				t.Errorf("happened %v, want %v", got, want)
			}
		})
		cancel()
	})
}

func TestWorkComesBackInAlsoWhenTheLoopEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var l loop.Loop
		ended := make(chan struct{})
		go func() { l.Run(ctx); close(ended) }()
		synctest.Wait()
		back := false
		l.Go(func(ctx context.Context) { <-ctx.Done() }, func() { back = true })
		cancel()
		<-ended
		l.Do(func() {
			if !back {
				t.Error("Run ended before the work was back")
			}
		})
	})
}

func TestEveryRepeatsUntilItIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var l loop.Loop
		n := 0
		stop := l.Every(time.Second, func() { n++ })
		go l.Run(ctx)
		time.Sleep(10*time.Second + time.Millisecond)
		l.Do(stop)
		time.Sleep(time.Minute)
		l.Do(func() {
			if n != 10 {
				t.Errorf("happened %d times, want 10", n)
			}
		})
	})
}
