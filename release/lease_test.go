package release_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gekko"
)

func TestOneReleaseAnAppAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		q := d.request(second, size(4, 12, 4))
		q.Policy = gekko.ReleasePolicy{Soak: 2 * time.Hour}
		_, err := d.during(q, func() {
			d.reaches(gekko.Soaking)
			other := d.engine()
			other.Holder, other.Report = "bob@elsewhere 2", nil
			if _, err := other.Release(t.Context(), q); !errors.Is(err, gekko.ErrConflict) || !strings.Contains(err.Error(), "test@here is at work") {
				t.Errorf("a second one: %v", err)
			}
			begun := time.Now()
			if _, err := other.Once(t.Context(), q); !errors.Is(err, gekko.ErrConflict) || time.Since(begun) > time.Minute {
				t.Errorf("a scheduler's: %v after %v", err, time.Since(begun))
			}
		})
		d.check(err)
	})
}

func TestAnotherProcessGoesOnWhereOneWasKilled(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		q := d.request(second, size(4, 12, 4))
		q.Policy = gekko.ReleasePolicy{Soak: 2 * time.Hour}
		ctx, kill := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Hour)
			d.wire.cut.Store(&cut{n: 1, end: kill})
		}()
		if _, err := d.engine().Release(ctx, q); err == nil {
			t.Fatal("it was not killed")
		}
		other := d.engine()
		other.Holder = "bob@elsewhere 2"
		o, err := other.Release(t.Context(), q)
		d.check(err)
		if o.Judged != "fine" {
			t.Errorf("ended %+v", o)
		}
		if took := o.At.Sub(o.Begun); took > 3*time.Hour {
			t.Errorf("it took %v\n%s", took, d.told())
		}
	})
}

func TestTheLeaseOfADeadProcessIsWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		dead := gekko.Lease{App: "hello", Term: 1, Holder: "ada@desk 1", Why: "release"}
		_, err := d.cloud.TakeLease(t.Context(), dead, 6*time.Minute)
		d.check(err)
		q := d.request(second, size(4, 12, 4))
		q.Policy = gekko.ReleasePolicy{Soak: time.Hour}
		e := d.engine()
		e.Term = 6*time.Minute + 500*time.Millisecond // the cloud's clock is told in seconds, and its looks fall between them
		time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
		_, err = e.Release(t.Context(), q)
		d.check(err)
	})
}

func TestATakeOverWaitsForWhatTheOtherMayStillWrite(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		q := d.request(second, size(4, 12, 4))
		q.Policy = gekko.ReleasePolicy{Soak: time.Hour}
		var taken error
		_, lost := d.during(q, func() {
			d.reaches(gekko.Soaking)
			time.Sleep(time.Second)
			other := d.engine()
			other.Holder, other.Report = "bob@elsewhere 2", nil
			q.TakeOver = true
			begun := time.Now()
			_, taken = other.Release(t.Context(), q)
			if took := time.Since(begun); took < time.Hour {
				t.Errorf("it took %v", took)
			}
		})
		if !errors.Is(lost, gekko.ErrConflict) || !strings.Contains(lost.Error(), " has taken it over") {
			t.Errorf("who lost it: %v", lost)
		}
		d.check(taken)
	})
}

func TestASchedulerMayDoOneTickAtATime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		q := d.request(second, size(4, 12, 4))
		q.Policy = gekko.ReleasePolicy{Soak: time.Hour}
		for n := range 300 {
			tick, err := d.engine().Once(t.Context(), q)
			d.check(err)
			if tick.Ended {
				t.Logf("%d ticks", n)
				if again, err := d.engine().Once(t.Context(), q); err != nil || !again.Ended {
					t.Errorf("after its end: %+v, %v", again, err)
				}
				return
			}
			time.Sleep(time.Minute)
		}
		t.Errorf("it does not end:\n%s", d.told())
	})
}
