package cloud_test

import (
	"context"
	"encoding/base64"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/local/flow"
)

func encoded(s string) *string {
	e := base64.StdEncoding.EncodeToString([]byte(s))
	return &e
}

// sum adds up samples without their zones.
func sum(samples []gekko.Sample) gekko.Sample {
	var all gekko.Sample
	for _, s := range samples {
		all.Requests += s.Requests
		all.Errors += s.Errors
		all.Slow += s.Slow
		all.Refused += s.Refused
		all.Lost += s.Lost
		all.Hosts += s.Hosts
	}
	return all
}

func TestSamplesAreWhatBothGroupsDid(t *testing.T) {
	onStage(t, func(s *stage) {
		s.serve[canaryGroup] = func(span flow.Span) (out flow.Served) {
			out.Failed, out.Refused, out.Broken = span.N/10, span.N/20, span.N/25
			out.Took.Add(20*time.Millisecond, span.N/2)
			out.Took.Add(2*time.Second, out.Answered(span.N)-span.N/2)
			return out
		}
		f := s.twoGroups()
		time.Sleep(10 * time.Minute)
		to := time.Now()
		all, err := s.Samples(context.Background(), f, liveGroup, canaryGroup, time.Second, to.Add(-5*time.Minute), to.Add(time.Minute), time.Minute)
		s.check(err)
		if len(all) != 6 {
			t.Fatalf("%d minutes, want 6", len(all))
		}
		now := all[5]
		if !now.At.Equal(to.Truncate(time.Minute)) {
			t.Errorf("the last minute begins at %v", now.At)
		}
		m := all[2]
		old, fresh := sum(m.Old), sum(m.New)
		if len(m.Old) != 3 || old.Requests != 9000 || old.Errors+old.Slow+old.Refused+old.Lost != 0 || old.Hosts != 6 {
			t.Errorf("old %+v, want 9000 requests in three zones and nothing else", m.Old)
		}
		near := func(got, want float64) bool { return got > want*0.95 && got < want*1.05 }
		if fresh.Requests != 1000 || !near(fresh.Errors, 100) || !near(fresh.Refused, 50) || !near(fresh.Lost, 90) || !near(fresh.Slow, 410) || fresh.Hosts != 3 {
			t.Errorf("new %+v, want 1000 requests, 100 errors, 50 refused, 90 lost, 410 slow", m.New)
		}
	})
}

func TestNoRequestsAreAMeasurement(t *testing.T) {
	onStage(t, func(s *stage) {
		f := s.twoGroups()
		s.weigh(100, 0)
		time.Sleep(10 * time.Minute)
		to := time.Now().Add(-time.Minute)
		all, err := s.Samples(context.Background(), f, liveGroup, canaryGroup, 0, to.Add(-time.Minute), to, time.Minute)
		s.check(err)
		if got := sum(all[0].New); len(all[0].New) == 0 || got.Requests != 0 || got.Hosts != 3 {
			t.Errorf("without requests: %+v", all[0].New)
		}
		all, err = s.Samples(context.Background(), f, "", canaryGroup, 0, to.Add(-time.Hour), to.Add(-59*time.Minute), time.Minute)
		s.check(err)
		if len(all) != 1 || all[0].New != nil || all[0].Old != nil {
			t.Errorf("before there was anything: %+v", all)
		}
		if all, err = s.Samples(context.Background(), f, liveGroup, canaryGroup, 0, to, to, time.Minute); len(all) != 0 || err != nil {
			t.Errorf("of no time: %+v, %v", all, err)
		}
	})
}

func TestTheThresholdIsTheOldVersionsOwn(t *testing.T) {
	onStage(t, func(s *stage) {
		s.serve[liveGroup] = func(span flow.Span) (out flow.Served) {
			out.Took.Add(20*time.Millisecond, span.N-span.N/50)
			out.Took.Add(300*time.Millisecond, span.N/50)
			return out
		}
		f := s.twoGroups()
		begun := time.Now()
		got, err := s.Threshold(context.Background(), f, liveGroup, begun, time.Minute)
		s.check(err)
		if got != 0 {
			t.Errorf("%v from nothing", got)
		}
		time.Sleep(25 * time.Minute)
		for _, before := range []time.Duration{2 * time.Minute, 25 * time.Minute} {
			got, err := s.Threshold(context.Background(), f, liveGroup, begun.Add(before), time.Minute)
			s.check(err)
			if got != 300*time.Millisecond {
				t.Errorf("after %v: %v, want 300ms", before, got)
			}
		}
	})
}

func TestTheLoadBeforeATimeIsNotThatOfLater(t *testing.T) {
	onStage(t, func(s *stage) {
		f := s.twoGroups()
		s.weigh(100, 0)
		time.Sleep(30 * time.Minute)
		begun := time.Now()
		s.weigh(50, 50)
		time.Sleep(30 * time.Minute)
		before, err := s.LoadBefore(context.Background(), f, begun, time.Minute)
		s.check(err)
		now, err := s.Load(context.Background(), f, time.Minute)
		s.check(err)
		// All 10,000 requests went to nine healthy instances, of either group.
		if before.Now != now.Now || before.Peak < 1100 || before.Peak > 1120 || !before.Known || before.Span > 32*time.Minute || now.Span < time.Hour {
			t.Errorf("before %+v, now %+v", before, now)
		}
	})
}

// TestCallsOfATick holds what a tick of a release costs.
func TestCallsOfATick(t *testing.T) {
	onStage(t, func(s *stage) {
		f := s.twoGroups()
		ctx := context.Background()
		want := func(what string, calls, want map[string]int) {
			t.Helper()
			if diff := cmp.Diff(want, calls); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		full := map[string]int{"DescribeAutoScalingGroups": 1, "DescribeRules": 1, "DescribeTargetHealth": 2}
		want("observe", s.wire.during(func() { s.observe(onALB) }), full)
		time.Sleep(time.Hour)
		full["DescribeTargetGroupAttributes"] = 2
		want("observe after an hour", s.wire.during(func() { s.observe(onALB) }), full)
		want("glance", s.wire.during(func() {
			g, err := s.Glance(ctx, f)
			s.check(err)
			full := s.observe(onALB)
			g.At, full.At = time.Time{}, time.Time{}
			if diff := cmp.Diff(full, g); diff != "" {
				t.Errorf("a glance sees (-observed +seen):\n%s", diff)
			}
		}), map[string]int{"DescribeAutoScalingGroups": 2, "DescribeRules": 1, "DescribeTargetHealth": 4})
		samples := func() {
			_, err := s.Samples(ctx, f, liveGroup, canaryGroup, time.Second, time.Now().Add(-10*time.Minute), time.Now(), time.Minute)
			s.check(err)
		}
		samples()
		want("samples", s.wire.during(samples), map[string]int{"GetMetricData": 1})
	})
}

func TestCallsOfATickBehindAClassicBalancer(t *testing.T) {
	onStage(t, func(s *stage) {
		s.launch(liveGroup, 3, onClassic)
		f := s.observe(onClassic)
		calls := s.wire.during(func() {
			g, err := s.Glance(context.Background(), f)
			s.check(err)
			g.At, f.At = time.Time{}, time.Time{}
			if diff := cmp.Diff(f, g); diff != "" {
				t.Errorf("a glance sees (-observed +seen):\n%s", diff)
			}
		})
		if diff := cmp.Diff(map[string]int{"DescribeAutoScalingGroups": 1, "DescribeInstanceHealth": 1}, calls); diff != "" {
			t.Errorf("glance (-want +got):\n%s", diff)
		}
	})
}

// BenchmarkTick looks and measures as each tick of a release does.
func BenchmarkTick(b *testing.B) {
	onStage(b, func(s *stage) {
		f := s.twoGroups()
		ctx := context.Background()
		time.Sleep(15 * time.Minute)
		to := time.Now()
		for what, do := range map[string]func() error{
			"Observe": func() error { _, err := s.Observe(ctx, "hello", onALB); return err },
			"Glance":  func() error { _, err := s.Glance(ctx, f); return err },
			"Samples": func() error {
				_, err := s.Samples(ctx, f, liveGroup, canaryGroup, time.Second, to.Add(-time.Minute), to, time.Minute)
				return err
			},
		} {
			b.Run(what, func(b *testing.B) {
				b.ReportAllocs()
				for range b.N {
					s.check(do())
				}
			})
		}
	})
}
