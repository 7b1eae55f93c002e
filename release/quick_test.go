package release_test

import (
	"errors"
	"testing"
	"time"

	"gekko"
	"gekko/local"
	"gekko/release"
)

// TestOnTheEmbeddedCloudAReleaseTakesSeconds is how the demo does it: a second
// is what a minute is elsewhere.
func TestOnTheEmbeddedCloudAReleaseTakesSeconds(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		for _, c := range []struct {
			name string
			with behaviour
			want gekko.Ending
		}{
			{"good", behaviour{}, gekko.Promoted},
			{"bad", behaviour{errors: 100, sick: !b.Weighted()}, gekko.Rejected},
		} {
			t.Run(b.String()+" "+c.name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					d := newDay(t, b, func(o *local.Options) {
						o.Period, o.BootTime = time.Second, time.Second
					})
					d.live(first, size(2, 4, 2), 200)
					d.versions.set(d.snapshot(second), c.with)
					e := d.engine()
					e.Short()
					q := d.request(second, size(2, 4, 2))
					q.Policy = gekko.ReleasePolicy{Canary: 2, Soak: 15 * time.Second, Ramp: 4 * time.Second, WarmUp: 3 * time.Second, Kept: 2 * time.Second, MaxHold: time.Minute}
					q.Judge = gekko.JudgePolicy{Settling: 2, WarmUp: 2 * time.Second}
					begun := time.Now()
					o, err := e.Release(t.Context(), q)
					if o.Ending != c.want || err != nil && !errors.Is(err, release.ErrRejected) {
						t.Errorf("ended %+v: %v\n%s", o, err, d.told())
					}
					t.Logf("%s after %v: %s %s", o.Ending, time.Since(begun), o.Judged, o.Grounds)
					d.lostNone()
				})
			})
		}
	}
}
