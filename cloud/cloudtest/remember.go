package cloudtest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

// releaseRemembered keeps on a group all that a release must not forget.
func releaseRemembered(t *testing.T, h *Harness) {
	b := gekko.Balancer{Classic: h.Classic}
	s := h.snapshot(t, 0)
	ctx := t.Context()
	site, err := h.Cloud.Site(ctx, b, nil)
	must(t, err)
	name := gekko.GroupName(s.Name)
	now := time.Now().UTC().Truncate(time.Millisecond)
	r := gekko.Release{New: name, Old: "live, of old", Phase: gekko.Launching, Begun: now, Since: now, Size: gekko.Size{Min: 1, Max: 4, Desired: 2}, Before: 3}
	t.Cleanup(func() { h.remove(t, name) })
	must(t, h.Cloud.Launch(ctx, gekko.Launch{Snapshot: s, Size: gekko.Size{Max: 1}, Balancer: b, Subnets: site.Subnets, Release: r, Policy: "soak=1h"}))
	h.remembers(t, s, b, gekko.Group{Release: r, Policy: "soak=1h"})

	r.Phase, r.Since, r.Held, r.Holds, r.Paused = gekko.Soaking, now.Add(time.Minute), now.Add(2*time.Minute), "telemetry", true
	must(t, h.Cloud.Record(ctx, r))
	u := gekko.Undo{Min: 0, Kept: 3}
	must(t, h.Cloud.Pin(ctx, name, &u))
	ask := gekko.Ask{Verb: gekko.Promote, By: "user@host", At: now, Why: "the numbers are good"}
	must(t, h.Cloud.Ask(ctx, name, gekko.Ask{Verb: gekko.Pause, By: "user@host", At: now}))
	must(t, h.Cloud.Ask(ctx, name, ask))
	h.remembers(t, s, b, gekko.Group{Release: r, Policy: "soak=1h", Undo: &u, Ask: ask})

	must(t, h.Cloud.Heed(ctx, name, ask))
	must(t, h.Cloud.Heed(ctx, name, ask))
	acts, err := h.Cloud.Acts(ctx, name)
	must(t, err)
	if diff := cmp.Diff([]gekko.Ask{ask}, acts); diff != "" {
		t.Errorf("acts (-want +got):\n%s", diff)
	}
	later := gekko.Ask{Verb: gekko.Abort, By: "another", At: now.Add(time.Minute)}
	must(t, h.Cloud.Ask(ctx, name, later))
	must(t, h.Cloud.Heed(ctx, name, ask))
	h.remembers(t, s, b, gekko.Group{Release: r, Policy: "soak=1h", Undo: &u, Ask: later})

	must(t, h.Cloud.Pin(ctx, name, nil))
	must(t, h.Cloud.Heed(ctx, name, later))
	must(t, h.Cloud.Record(ctx, gekko.Release{New: name}))
	h.remembers(t, s, b, gekko.Group{Policy: "soak=1h"})
}

func (h *Harness) remembers(t *testing.T, s gekko.Snapshot, b gekko.Balancer, want gekko.Group) {
	t.Helper()
	g := h.group(t, s, b)
	got := gekko.Group{Release: g.Release, Policy: g.Policy, Undo: g.Undo, Ask: g.Ask}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("remembered (-want +got):\n%s", diff)
	}
}
