package release_test

import (
	"errors"
	"testing"
	"time"

	"gekko"
	"gekko/release"
)

func TestAGoodVersionIsPromotedAfterADay(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		t.Run(b.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d := newDay(t, b)
				d.live(first, size(6, 10, 6), 100)
				d.snapshot(second)
				begun, calls := time.Now(), d.wire.calls.Load()
				o, err := d.engine().Release(t.Context(), d.request(second, size(4, 12, 6)))
				t.Logf("%v, %d calls", time.Since(begun), d.wire.calls.Load()-calls)
				d.check(err)
				if o.Ending != gekko.Promoted {
					t.Errorf("ended %+v", o)
				}
				f := d.fleet()
				if len(f.Groups) != 1 || f.Groups[0].Name != gekko.GroupName(second) || f.Groups[0].Release.UnderWay() {
					t.Errorf("left: %+v", f.Groups)
				}
				for _, l := range d.local.Losses() {
					t.Errorf("lost: %+v", l)
				}
			})
		})
	}
}

func TestFivePercentErrorsAreRejected(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(6, 10, 6), 100)
		d.versions.set(d.snapshot(second), behaviour{errors: 50})
		before := d.fleet()
		begun := time.Now()
		o, err := d.engine().Release(t.Context(), d.request(second, size(4, 12, 6)))
		if !errors.Is(err, release.ErrRejected) || o.Ending != gekko.Rejected || o.Cause != "harm" {
			t.Errorf("ended %+v: %v", o, err)
		}
		f := d.fleet()
		if len(f.Groups) != 1 || f.Groups[0].Size != before.Groups[0].Size || f.Groups[0].Undo != nil {
			t.Errorf("left: %+v", f.Groups)
		}
		if took := time.Since(begun); took > time.Hour {
			t.Errorf("it took %v", took)
		}
		for _, l := range d.local.Losses() {
			t.Errorf("lost: %+v", l)
		}
	})
}
