package release_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"gekko"
	"gekko/release"
)

// only fails the test unless just this group is left, with nothing of a release.
func (d *day) only(s gekko.SnapshotName) gekko.Group {
	d.t.Helper()
	f := d.fleet()
	if len(f.Groups) != 1 || f.Groups[0].Name != gekko.GroupName(s) || f.Groups[0].Release.UnderWay() || f.Groups[0].Undo != nil {
		d.t.Errorf("left: %+v\n%s", f.Groups, d.told())
		return gekko.Group{}
	}
	for _, p := range f.Pools {
		if p.App != "" && (p.Name != string(s) || p.Weight() == 0) {
			d.t.Errorf("pools left: %+v", f.Pools)
		}
	}
	return f.Groups[0]
}

func (d *day) lostNone() {
	d.t.Helper()
	for _, l := range d.local.Losses() {
		d.t.Errorf("lost: %+v", l)
	}
}

func (d *day) short(s gekko.SnapshotName) release.Request {
	q := d.request(s, size(4, 12, 4))
	q.Policy = gekko.ReleasePolicy{Soak: time.Hour}
	return q
}

func TestAFirstReleaseHasNothingToBeComparedWith(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		bubble(t, func(t *testing.T) {
			d := newDay(t, b)
			d.snapshot(first)
			o, err := d.engine().Release(t.Context(), d.short(first))
			d.check(err)
			if g := d.only(first); o.Judged != "alone" || g.Serving() != 4 {
				t.Errorf("ended %+v with %d serving\n%s", o, g.Serving(), d.told())
			}
		})
	}
}

func TestAFirstReleaseThatDoesNotLiveIsDeletedToo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.versions.set(d.snapshot(first), behaviour{sick: true})
		o, err := d.engine().Release(t.Context(), d.short(first))
		if !errors.Is(err, release.ErrRejected) || o.Cause != "launch" {
			t.Errorf("ended %+v: %v", o, err)
		}
		if f := d.fleet(); len(f.Groups) > 0 {
			t.Errorf("left: %+v\n%s", f.Groups, d.told())
		}
	})
}

func TestAVersionThatDoesNotLiveIsRejected(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		bubble(t, func(t *testing.T) {
			d := newDay(t, b)
			d.live(first, size(3, 10, 4), 100)
			d.versions.set(d.snapshot(second), behaviour{sick: true})
			begun := time.Now()
			o, err := d.engine().Release(t.Context(), d.short(second))
			if !errors.Is(err, release.ErrRejected) || o.Cause != "launch" || !strings.Contains(o.Grounds, "unhealthy") {
				t.Errorf("ended %+v: %v", o, err)
			}
			if took := time.Since(begun); took > 40*time.Minute {
				t.Errorf("it took %v", took)
			}
			d.only(first)
			d.lostNone()
			_, err = d.engine().Release(t.Context(), d.short(second))
			if !errors.Is(err, gekko.ErrRefused) || !errors.Is(err, release.ErrRejected) {
				t.Errorf("again: %v", err)
			}
		})
	}
}

func TestARollbackGoesBackAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		_, err := d.engine().Release(t.Context(), d.short(second))
		d.check(err)
		d.only(second)
		begun := time.Now()
		o, err := d.engine().Rollback(t.Context(), d.request("", gekko.Size{}))
		if err != nil {
			t.Fatalf("%v\n%s", err, d.told())
		}
		if !o.Back || time.Since(begun) > 45*time.Minute {
			t.Errorf("after %v: %+v\n%s", time.Since(begun), o, d.told())
		}
		d.only(first)
		d.lostNone()
	})
}

// deletes a group as somebody might who knows nothing of releases.
func (d *day) deletes(s gekko.SnapshotName) {
	d.t.Helper()
	_, err := d.autoscaling().DeleteAutoScalingGroup(d.t.Context(), &autoscaling.DeleteAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(string(s)), ForceDelete: aws.Bool(true),
	})
	d.check(err)
}

func TestTheNewGroupMayBeDeletedByHand(t *testing.T) {
	for _, phase := range []gekko.Phase{gekko.Launching, gekko.Soaking, gekko.Warming} {
		t.Run(string(phase), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d := newDay(t, onALB)
				d.live(first, size(3, 10, 4), 100)
				d.snapshot(second)
				o, err := d.during(d.short(second), func() {
					d.reaches(phase)
					d.deletes(second)
				})
				if !errors.Is(err, release.ErrRejected) || o.Cause != "gone" {
					t.Errorf("ended %+v: %v", o, err)
				}
				if g := d.only(first); g.Size != size(3, 10, 4) {
					t.Errorf("size %v", g.Size)
				}
			})
		})
	}
}

func TestTheOldGroupMayBeDeletedByHand(t *testing.T) {
	for _, phase := range []gekko.Phase{gekko.Soaking, gekko.Warming} {
		t.Run(string(phase), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d := newDay(t, onALB)
				d.live(first, size(3, 10, 4), 100)
				d.snapshot(second)
				o, err := d.during(d.short(second), func() {
					d.reaches(phase)
					d.deletes(first)
				})
				if err != nil || o.Ending != gekko.Promoted {
					t.Errorf("ended %+v: %v\n%s", o, err, d.told())
				}
				if g := d.only(second); g.Serving() < 4 {
					t.Errorf("%d serve", g.Serving())
				}
			})
		})
	}
}

func TestTheOldGroupGrowsAgainIfTheNewOneBreaksWhileItGoes(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		bubble(t, func(t *testing.T) {
			d := newDay(t, b)
			d.live(first, size(4, 10, 8), 100)
			made := d.snapshot(second)
			o, err := d.during(d.short(second), func() {
				d.reaches(gekko.Retiring)
				d.versions.set(made, behaviour{sick: true})
			})
			if !errors.Is(err, release.ErrDirty) || !strings.Contains(o.Grounds, "0 of ") || !strings.Contains(o.Grounds, "again") {
				t.Errorf("ended %+v: %v\n%s", o, err, d.told())
			}
			time.Sleep(10 * time.Minute)
			if g, _ := d.fleet().Group(gekko.GroupName(first)); g.InService() != 8 || g.Undo != nil {
				t.Errorf("old group: %+v\n%s", g, d.told())
			}
		})
	}
}

func TestAPromotionWaitsForAScheduledAction(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		acts := time.Now().Add(100 * time.Minute)
		_, err := d.autoscaling().PutScheduledUpdateGroupAction(t.Context(), &autoscaling.PutScheduledUpdateGroupActionInput{
			AutoScalingGroupName: aws.String(string(first)), ScheduledActionName: aws.String("night"),
			StartTime: aws.Time(acts), MinSize: aws.Int32(3), DesiredCapacity: aws.Int32(3),
		})
		d.check(err)
		o, err := d.engine().Release(t.Context(), d.short(second))
		d.check(err)
		if !strings.Contains(d.told(), "held: schedule") || o.At.Before(acts) {
			t.Errorf("ended at %v, before or without waiting for the action at %v\n%s", o.At, acts, d.told())
		}
		d.only(second)
		d.lostNone()
	})
}

func TestRequestsGoBackFromAGroupThatCollapsesWhileItWarmsUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		two := d.snapshot(second)
		var o gekko.Outcome
		o, err := d.during(d.short(second), func() {
			d.reaches(gekko.Warming)
			d.versions.set(two, behaviour{sick: true})
		})
		if !errors.Is(err, release.ErrRejected) || o.Cause != "harm" || o.At.Sub(o.Begun) > 4*time.Hour {
			t.Errorf("ended %+v: %v\n%s", o, err, d.told())
		}
		if g := d.only(first); g.Size.Min != 3 {
			t.Errorf("the old group's minimum is %d", g.Size.Min)
		}
	})
}
