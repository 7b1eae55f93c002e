package release_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gekko"
	"gekko/release"
)

// during runs a release beside f, which may watch it and ask for things.
func (d *day) during(q release.Request, f func()) (gekko.Outcome, error) {
	var o gekko.Outcome
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		o, err = d.engine().Release(d.t.Context(), q)
	}()
	f()
	<-done
	return o, err
}

// reaches waits until the release is in a phase.
func (d *day) reaches(p gekko.Phase) {
	d.t.Helper()
	d.sees(func(f gekko.Fleet) bool {
		g, _ := f.UnderWay()
		return g.Release.Phase == p
	})
}

// sees waits until the fleet is as it should be.
func (d *day) sees(is func(gekko.Fleet) bool) {
	d.t.Helper()
	for range 12000 {
		if is(d.fleet()) {
			return
		}
		time.Sleep(15 * time.Second)
	}
	d.t.Fatal("it does not come to it")
}

func (d *day) ask(v gekko.Verb) release.Asked {
	d.t.Helper()
	e := d.engine()
	e.Report = nil
	a, err := e.Ask(d.t.Context(), release.AskRequest{Subject: d.subject(), Ask: gekko.Ask{Verb: v, By: "ann@desk", At: time.Now(), Why: "seen enough"}})
	d.check(err)
	return a
}

func TestOnlySilenceTellsThatNobodyLooks(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		lease gekko.Lease
		want  bool
	}{
		{"no lease yet", gekko.Lease{}, true},
		{"freed by a scheduler's tick a moment ago", gekko.Lease{Term: 1, Freed: true, Beat: now.Add(-30 * time.Second)}, false},
		{"at work", gekko.Lease{Term: 1, Beat: now.Add(-time.Minute), Expires: now.Add(5 * time.Minute)}, false},
		{"silent for longer than a term", gekko.Lease{Term: 1, Freed: true, Beat: now.Add(-7 * time.Minute)}, true},
	} {
		if got := (&release.Engine{}).Silent(c.lease, now); got != c.want {
			t.Errorf("%s: silent %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAPersonAbortsAndTheOldGroupIsAsBefore(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		for _, phase := range []gekko.Phase{gekko.Soaking, gekko.Promoting, gekko.Warming} {
			t.Run(b.String()+" "+string(phase), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					d := newDay(t, b)
					d.live(first, size(3, 10, 4), 100)
					d.snapshot(second)
					before := d.fleet()
					q := d.request(second, size(4, 12, 4))
					q.Policy = gekko.ReleasePolicy{Soak: time.Hour}
					o, err := d.during(q, func() {
						d.reaches(phase)
						d.ask(gekko.Abort)
					})
					if !errors.Is(err, release.ErrRejected) || o.Cause != "abort" || len(o.Acts) != 1 {
						t.Errorf("ended %+v: %v", o, err)
					}
					f := d.fleet()
					if len(f.Groups) != 1 || f.Groups[0].Size != before.Groups[0].Size || f.Groups[0].Undo != nil {
						t.Errorf("left: %+v", f.Groups)
					}
					for _, l := range d.local.Losses() {
						t.Errorf("lost: %+v", l)
					}
					if strings.Contains(d.told(), "keeps to what it began with") {
						t.Error("another policy is told of, and there was none")
					}
					if t.Failed() {
						t.Log(d.told())
					}
				})
			})
		}
	}
}

func TestAPauseHoldsTheNextStepAndTheClockGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		q := d.request(second, size(4, 12, 4))
		q.Policy = gekko.ReleasePolicy{Soak: time.Hour}
		begun := time.Now()
		_, err := d.during(q, func() {
			d.reaches(gekko.Soaking)
			d.ask(gekko.Pause)
			time.Sleep(2 * time.Hour)
			v, err := d.engine().Watch(t.Context(), d.request("", gekko.Size{}))
			d.check(err)
			if v.Release.Phase != gekko.Soaking || !strings.Contains(v.Next, "paused") || v.Alone {
				t.Errorf("after a pause: %+v", v)
			}
			d.ask(gekko.Resume)
			d.reaches(gekko.Promoting)
			if took := time.Since(begun); took > 2*time.Hour+30*time.Minute {
				t.Errorf("the clock stood: %v", took)
			}
		})
		d.check(err)
	})
}

func TestAPersonPromotesAheadOfTheSoaksEnd(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		begun := time.Now()
		o, err := d.during(d.request(second, size(4, 12, 4)), func() {
			d.reaches(gekko.Soaking)
			d.ask(gekko.Promote)
		})
		d.check(err)
		if o.Judged != "forced" || len(o.Acts) != 1 || o.Acts[0].By != "ann@desk" {
			t.Errorf("ended %+v", o)
		}
		if took := time.Since(begun); took > 2*time.Hour {
			t.Errorf("it took %v", took)
		}
	})
}

func TestTheSameWordAgainKeepsItsReason(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		o, err := d.during(d.short(second), func() {
			d.reaches(gekko.Soaking)
			again := release.AskRequest{Subject: d.subject(), Ask: gekko.Ask{Verb: gekko.Abort, By: "bob@desk", At: time.Now()}}
			again.Dry = true
			if a, err := d.engine().Ask(t.Context(), again); err != nil || a.Release.Phase != gekko.Soaking {
				t.Errorf("asked for nothing: %+v: %v", a, err)
			}
			if g, _ := d.fleet().UnderWay(); g.Ask.Verb != "" {
				t.Errorf("a dry run left word: %+v", g.Ask)
			}
			d.ask(gekko.Abort)
			again.Dry = false
			if _, err := d.engine().Ask(t.Context(), again); err != nil {
				t.Error(err)
			}
		})
		if !errors.Is(err, release.ErrRejected) || len(o.Acts) != 1 || o.Acts[0].By != "ann@desk" || o.Acts[0].Why != "seen enough" {
			t.Errorf("ended %+v: %v", o, err)
		}
	})
}

func TestADryRunOfWhatIsLiveSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		q := d.short(second)
		_, err := d.engine().Release(t.Context(), q)
		d.check(err)
		p, err := d.engine().Plan(t.Context(), q)
		d.check(err)
		if len(p.Steps) > 0 || len(p.Says) != 1 || !strings.Contains(p.Says[0], "promoted") {
			t.Errorf("%+v", p)
		}
	})
}

func TestAnotherPolicyIsNamedAndCountsForTheNextRelease(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		q := d.short(second)
		_, err := d.engine().Once(t.Context(), q)
		d.check(err)
		q.Policy.Soak, q.Policy.Canary = 2*time.Hour, 3
		o, err := d.engine().Release(t.Context(), q)
		d.check(err)
		if want := "release " + string(second) + " keeps to what it began with: release.soak 1h0m0s, not 2h0m0s"; strings.Count(d.told(), want) != 1 {
			t.Errorf("not said once: %s\n%s", want, d.told())
		}
		if took := o.At.Sub(o.Begun); took > 150*time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

func TestAFleetDoesNotGrowByItsCanary(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		q := d.short(second)
		q.Size = size(1, 12, 1)
		_, err := d.engine().Release(t.Context(), q)
		d.check(err)
		if g := d.only(second); g.Size != size(1, 12, 4) {
			t.Errorf("it has %v in the end\n%s", g.Size, d.told())
		}
	})
}

func TestCommandsByHandAreRefusedBesideARelease(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := newDay(t, onALB)
		d.live(first, size(3, 10, 4), 100)
		d.snapshot(second)
		_, err := d.during(d.short(second), func() {
			d.reaches(gekko.Soaking)
			for name, err := range map[string]error{
				"update": d.update(t.Context(), second, size(1, 2, 1)),
				"retire": d.retire(t.Context(), first),
			} {
				if !errors.Is(err, gekko.ErrRefused) || !strings.Contains(err.Error(), "test@here carries it out") {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
		d.check(err)
		d.only(second)
	})
}

func TestADryRunTellsEachStepAndWhen(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		t.Run(b.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				d := newDay(t, b)
				d.live(first, size(3, 10, 4), 100)
				d.snapshot(second)
				p, err := d.engine().Plan(t.Context(), d.request(second, size(4, 12, 4)))
				d.check(err)
				last := p.Steps[len(p.Steps)-1]
				if !strings.Contains(last.Step, "promoted") || last.After < 24*time.Hour || last.After > 27*time.Hour {
					t.Errorf("it ends after %v: %s", last.After, last.Step)
				}
				if len(d.fleet().Groups) != 1 {
					t.Error("a dry run made something")
				}
			})
		})
	}
}
