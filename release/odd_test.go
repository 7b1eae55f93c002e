package release_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"gekko"
	"gekko/release"
	"gekko/release/phase"
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
			if !errors.Is(err, gekko.ErrRefused) || !errors.Is(err, release.ErrRejected) || strings.Contains(err.Error(), "\n") {
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

func TestASchedulerFindsThatTheNewGroupWasDeletedByHand(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		for _, phase := range []gekko.Phase{gekko.Launching, gekko.Soaking, gekko.Warming} {
			t.Run(b.String()+" "+string(phase), func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					d := newDay(t, b)
					d.live(first, size(3, 10, 4), 100)
					d.snapshot(second)
					for n := 0; ; n++ {
						tick, err := d.engine().Once(t.Context(), d.short(second))
						if tick.Ended {
							if !errors.Is(err, release.ErrRejected) || tick.Outcome.Cause != "gone" {
								t.Errorf("ended %+v: %v", tick.Outcome, err)
							}
							break
						}
						d.check(err)
						if tick.Phase == phase && n < 1000 {
							d.deletes(second)
							n = 1000
						}
						time.Sleep(time.Minute)
					}
					if g := d.only(first); g.Size != size(3, 10, 4) {
						t.Errorf("size %v", g.Size)
					}
					if _, err := d.engine().Once(t.Context(), d.short(second)); !errors.Is(err, release.ErrRejected) {
						t.Errorf("the next look: %v", err)
					}
				})
			})
		}
	}
}

func TestASchedulerTellsThatBothGroupsAreGone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		for range 10 {
			_, err := d.engine().Once(t.Context(), d.short(second))
			d.check(err)
			time.Sleep(time.Minute)
		}
		d.deletes(first)
		d.deletes(second)
		tick, err := d.engine().Once(t.Context(), d.short(second))
		for err == nil && !tick.Ended {
			time.Sleep(time.Minute)
			tick, err = d.engine().Once(t.Context(), d.short(second))
		}
		if !errors.Is(err, release.ErrDirty) || !strings.Contains(tick.Outcome.Grounds, "both groups are gone") {
			t.Errorf("ended %+v: %v\n%s", tick, err, d.told())
		}
	})
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

// TestTheOldGroupServesAgainIfTheNewOneBreaksWhileItGoes lets the new group break
// at each stage of the old one's way out.
func TestTheOldGroupServesAgainIfTheNewOneBreaksWhileItGoes(t *testing.T) {
	stages := map[string]func(old gekko.Group, there bool) bool{
		"about to go":      func(gekko.Group, bool) bool { return true },
		"shrunk or marked": func(old gekko.Group, _ bool) bool { return old.Size.Desired < 8 || old.Out.Leaving() },
		"detached":         func(old gekko.Group, _ bool) bool { return !old.Attached },
		"empty":            func(old gekko.Group, _ bool) bool { return old.Size.Desired == 0 },
		"gone":             func(_ gekko.Group, there bool) bool { return !there },
	}
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		for name, is := range stages {
			t.Run(b.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					d := newDay(t, b)
					d.live(first, size(4, 10, 8), 100)
					made := d.snapshot(second)
					q := d.short(second)
					q.Policy.WarmUp = 10 * time.Minute // so that it is not long alone when the old one is gone
					o, err := d.during(q, func() {
						d.reaches(gekko.Retiring)
						d.sees(func(f gekko.Fleet) bool { return is(f.Group(gekko.GroupName(first))) })
						d.versions.set(made, behaviour{sick: true})
					})
					if !errors.Is(err, release.ErrDirty) || !strings.Contains(o.Grounds, "0 of ") || !strings.Contains(o.Grounds, "8 of 8") {
						t.Errorf("ended %+v: %v", o, err)
					}
					f := d.fleet()
					g, _ := f.Group(gekko.GroupName(first))
					if g.Serving() != 8 || g.Undo != nil || g.Out.Leaving() || b.Weighted() && g.Weight == 0 {
						t.Errorf("old group: %+v", g)
					}
					if t.Failed() {
						t.Log(d.told())
					}
				})
			})
		}
	}
}

func TestAPromotionWaitsForAScheduledAction(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		acts := time.Now().Add(100 * time.Minute)
		d.schedules(first, "night", acts, size(3, 10, 3))
		o, err := d.engine().Release(t.Context(), d.short(second))
		d.check(err)
		if !strings.Contains(d.told(), "held: schedule") || o.At.Before(acts) {
			t.Errorf("ended at %v, before or without waiting for the action at %v\n%s", o.At, acts, d.told())
		}
		d.only(second)
		d.lostNone()
	})
}

// schedules lets a group be set to a size at a time.
func (d *day) schedules(s gekko.SnapshotName, action string, at time.Time, z gekko.Size) {
	d.t.Helper()
	_, err := d.autoscaling().PutScheduledUpdateGroupAction(d.t.Context(), &autoscaling.PutScheduledUpdateGroupActionInput{
		AutoScalingGroupName: aws.String(string(s)), ScheduledActionName: &action, StartTime: aws.Time(at),
		MinSize: aws.Int32(int32(z.Min)), MaxSize: aws.Int32(int32(z.Max)), DesiredCapacity: aws.Int32(int32(z.Desired)),
	})
	d.check(err)
}

// least watches how few of a group's instances serve until the release ends.
func (d *day) least(s gekko.SnapshotName) (fewest func() int) {
	n, done := 1000, make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(10 * time.Second):
			}
			if g, there := d.fleet().Group(gekko.GroupName(s)); there && !g.Out.Leaving() {
				n = min(n, g.Serving())
			}
		}
	})
	return func() int { close(done); watching.Wait(); return n }
}

func TestACopiedScheduleTakesNothingFromWhatIsNeeded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		d.schedules(first, "night", time.Now().Add(85*time.Minute), size(1, 10, 1)) // while it warms up
		d.schedules(first, "morning", time.Now().Add(10*time.Hour), size(3, 10, 5))
		var fewest func() int
		q := d.short(second)
		q.Accept = []string{phase.Scheduled}
		_, err := d.during(q, func() {
			d.reaches(gekko.Warming)
			fewest = d.least(second)
		})
		d.check(err)
		if n := fewest(); n < 4 {
			t.Errorf("the new group was down to %d\n%s", n, d.told())
		}
		all, err := d.cloud.Schedule(t.Context(), gekko.GroupName(second))
		if err != nil || len(all) != 1 || strings.Count(d.told(), "scheduled actions as on "+string(first)) != 2 {
			t.Errorf("scheduled now: %v, %v\n%s", all, err, d.told())
		}
		d.only(second)
		d.lostNone()
	})
}

func TestTheWayBackIsKeptUntilAnUnforeseenScheduledActionIsOver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		var acts time.Time
		_, err := d.during(d.short(second), func() {
			d.reaches(gekko.Warming)
			acts = time.Now().Add(50 * time.Minute) // the warm-up takes 30
			d.schedules(first, "night", acts, size(1, 10, 1))
			time.Sleep(time.Until(acts.Add(-time.Minute)))
			if g, there := d.fleet().Group(gekko.GroupName(first)); !there || g.Serving() < 4 || g.Out.Leaving() {
				t.Errorf("the old group is %+v", g)
			}
		})
		d.check(err)
		whole := "did group " + string(first) + ": size 4..10, 4 wanted"
		if !strings.Contains(d.told(), "held: schedule") || strings.Count(d.told(), whole) != 2 {
			t.Errorf("it was not held, or the old group not made whole again:\n%s", d.told())
		}
		d.only(second)
		d.lostNone()
	})
}

func TestWhoeverShrinksTheNewGroupBeforeItWasLongAloneIsUndone(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		t.Run(b.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d := newDay(t, b)
				d.live(first, size(3, 10, 6), 100)
				d.snapshot(second)
				shrink := func() {
					d.check(d.cloud.Resize(t.Context(), gekko.GroupName(second), size(1, 10, 2)))
					time.Sleep(5 * time.Minute)
					if g, _ := d.fleet().Group(gekko.GroupName(second)); g.Serving() < 6 || g.Size.Min < 6 {
						t.Errorf("%d serve, size %v", g.Serving(), g.Size)
					}
				}
				q := d.short(second)
				q.Policy.WarmUp = 10 * time.Minute // so that it is not long alone when the old one is gone
				_, err := d.during(q, func() {
					d.reaches(gekko.Retiring)
					shrink()
					d.sees(func(f gekko.Fleet) bool { return len(f.Groups) == 1 })
					shrink()
				})
				d.check(err)
				if g := d.only(second); g.Size.Min != 4 {
					t.Errorf("it ends with %v", g.Size)
				}
			})
		})
	}
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
