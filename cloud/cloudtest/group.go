package cloudtest

import (
	"errors"
	"testing"
	"time"

	"gekko"
)

// classicGroup takes a group through its life behind a Classic balancer.
func classicGroup(t *testing.T, h *Harness) {
	b := gekko.Balancer{Classic: h.Classic}
	s := h.snapshot(t, 0)
	g := h.launch(t, s, b)
	if g.App != app || g.Snapshot != s.Name || g.Commit != s.Commit || !g.Attached {
		t.Errorf("the group is %+v, want one of %s, attached", g, s.Name)
	}
	if g.Balancer.Classic != h.Classic {
		t.Errorf("the group's balancer is %v, want %s", g.Balancer, h.Classic)
	}
	h.life(t, s, b)
}

// weightedGroup does the same behind an ALB, where a pool comes before and goes
// after.
func weightedGroup(t *testing.T, h *Harness) {
	b := gekko.Balancer{Listener: h.Listener}
	s := h.snapshot(t, 0)
	ctx := t.Context()
	h.pool(t, s, b)
	g := h.launch(t, s, b)
	if g.Pool != string(s.Name) || !g.Attached || g.Weight != 0 {
		t.Errorf("the group is %+v, want one in pool %s at weight 0", g, s.Name)
	}
	must(t, h.Cloud.Weigh(ctx, h.observe(t, b), "default", map[string]int{g.Pool: 7}))
	if g := h.group(t, s, b); g.Weight != 7 {
		t.Errorf("weight %d, want 7", g.Weight)
	}
	must(t, h.Cloud.Weigh(ctx, h.observe(t, b), "default", map[string]int{g.Pool: 0}))
	h.life(t, s, b)
}

// life resizes a group, takes it out of its balancer, empties and deletes it.
func (h *Harness) life(t *testing.T, s gekko.Snapshot, b gekko.Balancer) {
	t.Helper()
	ctx, name := t.Context(), gekko.GroupName(s.Name)
	must(t, h.Cloud.Resize(ctx, name, gekko.Size{Min: 2, Max: 2, Desired: 2}))
	h.serving(t, s, b, 2)
	activities, err := h.Cloud.Activities(ctx, name, time.Now().Add(-24*time.Hour))
	must(t, err)
	if len(activities) < 2 || activities[0].Failed || activities[0].What == "" {
		t.Errorf("activities %+v, want two launches that worked", activities)
	}
	if err := h.Cloud.Delete(ctx, name, false); !errors.Is(err, gekko.ErrConflict) {
		t.Errorf("deleting a group with instances: %v, want a conflict", err)
	}
	must(t, h.Cloud.Free(ctx, name))
	f := h.observe(t, b)
	must(t, h.Cloud.Detach(ctx, name, f))
	must(t, h.Cloud.Detach(ctx, name, f))
	h.until(t, "the group is detached", func() bool {
		attached, err := h.Cloud.Attached(ctx, name, f)
		must(t, err)
		return !attached
	})
	if g := h.group(t, s, b); g.Attached || g.Serving() != 0 {
		t.Errorf("detached, the group is %+v", g)
	}
	must(t, h.Cloud.Resize(ctx, name, gekko.Size{}))
	h.until(t, "the group is empty", func() bool { return len(h.group(t, s, b).Instances) == 0 })
	h.until(t, "the group may be deleted", func() bool {
		err := h.Cloud.Delete(ctx, name, false)
		if err != nil && !errors.Is(err, gekko.ErrConflict) {
			t.Fatal(err)
		}
		return err == nil
	})
	h.until(t, "the name is free", func() bool { _, there := h.observe(t, b).Group(name); return !there })
	must(t, h.Cloud.Delete(ctx, name, false))
}

// marks are kept to the second, and never earlier than told.
func marks(t *testing.T, h *Harness) {
	b := gekko.Balancer{Classic: h.Classic}
	s := h.snapshot(t, 0)
	g := h.launch(t, s, b)
	now := time.Now()
	must(t, h.Cloud.Mark(t.Context(), g.Name, gekko.Out{Idle: now, Left: now.Add(time.Minute), Pool: "a-pool"}))
	out := h.group(t, s, b).Out
	for _, c := range []struct{ got, told time.Time }{{out.Idle, now}, {out.Left, now.Add(time.Minute)}} {
		if late := c.got.Sub(c.told); late < 0 || late >= time.Second {
			t.Errorf("told %v, remembered %v", c.told, c.got)
		}
	}
	if out.Pool != "a-pool" {
		t.Errorf("pool %q, want a-pool", out.Pool)
	}
	must(t, h.Cloud.Mark(t.Context(), g.Name, gekko.Out{}))
	if out := h.group(t, s, b).Out; out != (gekko.Out{}) {
		t.Errorf("not forgotten: %+v", out)
	}
}

// adoption takes in a group that bears no tags of gekko's.
func adoption(t *testing.T, h *Harness) {
	b := gekko.Balancer{Classic: h.Classic}
	s := h.snapshot(t, 0)
	h.stranger(t, s, b)
	name := gekko.GroupName(s.Name)
	h.until(t, "the balancer shows the stranger", func() bool { _, there := h.observe(t, b).Group(name); return there })
	if g := h.group(t, s, b); g.App != "" || !g.Attached {
		t.Errorf("a stranger is %+v", g)
	}
	a, err := h.Cloud.Adoption(t.Context(), name, app)
	must(t, err)
	if a.Image != s.Image || a.Template != s.Template || a.Version != 1 || a.Owner != "" {
		t.Errorf("it would be adopted as %+v, want image %s, template %s, version 1", a, s.Image, s.Template)
	}
	must(t, h.Cloud.Adopt(t.Context(), a, b))
	if g := h.group(t, s, b); g.App != app || !g.Adopted {
		t.Errorf("adopted, it is %+v", g)
	}
}

// metrics are asked for; whether there are any is up to the traffic.
func metrics(t *testing.T, h *Harness) {
	for _, b := range []gekko.Balancer{{Classic: h.Classic}, {Listener: h.Listener}} {
		f := h.observe(t, b)
		all, err := h.Cloud.Traffic(t.Context(), f, 5*time.Minute, time.Minute)
		must(t, err)
		if len(all) != len(f.Groups)+1 || all[len(all)-1].Group != "" {
			t.Errorf("traffic of %v: %+v, want one for each group and one for all", b, all)
		}
		_, err = h.Cloud.Load(t.Context(), f, time.Minute)
		must(t, err)
	}
}
