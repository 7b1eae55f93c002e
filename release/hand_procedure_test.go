package release_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gekko"
	"gekko/release/hand"
)

const (
	first  gekko.SnapshotName = "hello-20260101-000000"
	second gekko.SnapshotName = "hello-20260102-000000"
)

var (
	onALB     = gekko.Balancer{Listener: "hello:80"}
	onClassic = gekko.Balancer{Classic: "hello"}
)

func size(lowest, highest, desired int) gekko.Size {
	return gekko.Size{Min: lowest, Max: highest, Desired: desired}
}

func (w *world) deploy(ctx context.Context, s gekko.SnapshotName, z gekko.Size) error {
	return w.runner().Deploy(ctx, hand.DeployRequest{Subject: w.subject(), Snapshot: s, Size: z})
}

func (w *world) update(ctx context.Context, s gekko.SnapshotName, z gekko.Size) error {
	return w.runner().Update(ctx, hand.UpdateRequest{Subject: w.subject(), Group: gekko.GroupName(s), Size: z})
}

func (w *world) retire(ctx context.Context, s gekko.SnapshotName) error {
	return w.runner().Retire(ctx, hand.RetireRequest{Subject: w.subject(), Group: gekko.GroupName(s)})
}

// bubble is a test in virtual time.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func TestTheProcedureOnAnALBLosesNoRequest(t *testing.T) {
	bubble(t, func(t *testing.T) { procedure(t, onALB) })
}

func TestTheProcedureOnAClassicBalancerLosesNoRequest(t *testing.T) {
	bubble(t, func(t *testing.T) { procedure(t, onClassic) })
}

// procedure is the written one: deploy, side by side, grow, retire the old.
func procedure(t *testing.T, b gekko.Balancer) {
	w := newWorld(t, b)
	ctx := t.Context()
	one, two := w.snapshot(first), w.snapshot(second)
	w.check(w.deploy(ctx, first, size(2, 4, 2)))
	stop := w.users(100 * time.Millisecond)
	w.check(w.runner().AwaitServing(ctx, w.subject(), ""))
	w.check(w.deploy(ctx, second, size(1, 4, 1)))
	w.shares(first, 2, second, 1)
	w.check(w.update(ctx, second, size(2, 4, 2)))
	w.shares(first, 2, second, 2)
	w.check(w.retire(ctx, first))
	answers := stop()
	w.noneLost(answers)
	for _, s := range []gekko.Snapshot{one, two} {
		if answers[string(s.Image)] == 0 {
			t.Errorf("no request reached %s", s.Name)
		}
	}
	f := w.fleet()
	if len(f.Groups) != 1 || f.Groups[0].Serving() != 2 || len(w.pools()) > 1 {
		t.Errorf("left: %v", w.ends())
	}
	if t.Failed() {
		t.Log(strings.Join(w.report, "\n"))
	}
}

// shares compares what serves, and on an ALB the weights, with what they
// should be.
func (w *world) shares(pairs ...any) {
	w.t.Helper()
	f := w.fleet()
	for i := 0; i < len(pairs); i += 2 {
		g, _ := f.Group(gekko.GroupName(pairs[i].(gekko.SnapshotName)))
		want := pairs[i+1].(int)
		if g.Serving() != want || w.balancer.Weighted() && g.Weight != want {
			w.t.Errorf("group %s: %d serve at weight %d, want %d", pairs[i], g.Serving(), g.Weight, want)
		}
	}
}

func TestRefusalsMakeNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w := newWorld(t, onALB)
		ctx := t.Context()
		w.snapshot(first)
		for _, c := range []struct {
			name string
			err  error
			want error
		}{
			{"desired above maximum", w.deploy(ctx, first, size(1, 2, 3)), gekko.ErrInvalid},
			{"unknown snapshot", w.deploy(ctx, second, size(1, 2, 1)), gekko.ErrNotFound},
			{"unknown balancer", w.runner().Deploy(ctx, hand.DeployRequest{
				Subject: hand.Subject{App: w.app, Balancer: gekko.Balancer{Listener: "other:80"}}, Snapshot: first, Size: size(1, 1, 1),
			}), gekko.ErrNotFound},
			{"unknown group", w.update(ctx, second, size(1, 1, 1)), gekko.ErrNotFound},
			{"nothing to retire", w.retire(ctx, second), gekko.ErrNotFound},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, c.err, c.want)
			}
		}
		if len(w.fleet().Groups)+len(w.pools()) > 0 {
			t.Errorf("made: %v", w.ends())
		}
		w.check(w.deploy(ctx, first, size(2, 4, 1)))
		if !strings.Contains(strings.Join(w.report, "\n"), "desired capacity 1 raised to the minimum size 2") {
			t.Errorf("the raised capacity is not told:\n%s", strings.Join(w.report, "\n"))
		}
		if err := w.retire(ctx, first); !errors.Is(err, gekko.ErrRefused) || !strings.Contains(gekko.HintOf(err), hand.LastHealthy) {
			t.Errorf("the last healthy group: %v (%s)", err, gekko.HintOf(err))
		}
	})
}

// pools are the app's, in rules or not.
func (w *world) pools() []gekko.Pool {
	w.t.Helper()
	ours := slices.DeleteFunc(w.fleet().Pools, func(p gekko.Pool) bool { return p.App != w.app })
	if !w.balancer.Weighted() {
		return ours
	}
	lonely, err := w.cloud.LonelyPools(w.t.Context(), w.app)
	w.check(err)
	return append(ours, lonely...)
}

// ends is what remains of a world when a command is over, without times.
func (w *world) ends() []string {
	w.t.Helper()
	f := w.fleet()
	var all []string
	for _, g := range f.Groups {
		all = append(all, fmt.Sprintf("group %s: %v, %d serve, attached %v, weight %d, leaving %v", g.Name, g.Size, g.Serving(), g.Attached, g.Weight, g.Out.Leaving()))
	}
	for _, p := range w.pools() {
		all = append(all, fmt.Sprintf("pool %s of %s: %v", p.Name, p.Group, p.Weights))
	}
	return all
}
