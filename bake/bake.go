// Package bake makes a snapshot: it launches a builder, brings a commit's tree
// to it, runs the recipe there, freezes it as an image with a launch template,
// and takes away whatever it made for itself.
//
// It knows the order of these steps and nothing of how a cloud carries them
// out (Cloud), nor of groups and balancers: what is launched from a snapshot
// is package release's.
package bake

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"gekko"
)

// Baker makes snapshots.
type Baker struct {
	Cloud  Cloud
	Report gekko.Reporter
	// Poll is the time between two looks at the cloud; 0 is 5 s.
	Poll time.Duration
	// Lifetime is after what time a builder ends by itself; 0 is 2 h.
	Lifetime time.Duration
	// Loopback says that the cloud is on this machine, so that its machines are
	// reached from 127.0.0.0/8 and nobody has to be asked for an address.
	Loopback bool
	// AgentSocket is where an SSH agent listens (SSH_AUTH_SOCK); empty: nowhere.
	AgentSocket string
	// Turns is a folder in which processes of this machine see each other, so
	// that they do not bake the same work at once; empty: they do not look.
	Turns string
}

// Request is one snapshot to be made.
type Request struct {
	App           gekko.App
	Force         bool // although the same commit, recipe and base were baked already
	KeepOnFailure bool // leave the builder of a failed bake for a look
	DryRun        bool // tell the steps only
}

// Create makes a snapshot of the app's source. If one of the same commit,
// recipe and base is there it gives that one, and existed is true, unless it is
// forced. What an earlier bake of the same work left, because it was killed, is
// finished or taken away first.
func (b *Baker) Create(ctx context.Context, r Request) (snapshot gekko.Snapshot, existed bool, err error) {
	if err := checkImage(r.App.Image); err != nil {
		return snapshot, false, err
	}
	base, err := b.Cloud.Base(ctx, r.App.Image.Base)
	if err != nil {
		return snapshot, false, err
	}
	tree, err := openSource(ctx, r.App.Source)
	if err != nil {
		return snapshot, false, err
	}
	defer tree.Close()
	for _, said := range tree.warnings {
		b.Report.Tell(gekko.Warns, said, 0)
	}
	b.did(0, "commit %s of %s, on %s (%s)", tree.commit.Short(), tree.origin, base.ID, base.Name)
	m := &making{Baker: b, Request: r, base: base, tree: tree}
	m.mark = gekko.Bake{ID: rand.Text(), App: r.App.Name, Commit: tree.commit, Recipe: digest(r.App, base.ID), Base: base.ID}
	if !r.DryRun {
		end, err := m.turn(ctx)
		if err != nil {
			return snapshot, false, err
		}
		defer end()
	}
	had, err := b.Cloud.Snapshots(ctx, r.App.Name)
	if err != nil {
		return snapshot, false, err
	}
	m.name(had)
	if err := b.Cloud.Fits(m.snapshot()); err != nil {
		return snapshot, false, err
	}
	if r.DryRun {
		return b.rehearse(m, had)
	}
	if snapshot, existed, err = m.resume(ctx, had); err != nil || existed {
		return snapshot, existed, err
	}
	snapshot, err = m.make(ctx)
	return snapshot, false, err
}

// name names the snapshot by the time; a name that is taken gives way to the
// next second's.
func (m *making) name(had []gekko.Snapshot) {
	taken := map[gekko.SnapshotName]bool{}
	for _, s := range had {
		taken[s.Name] = true
	}
	now := time.Now()
	at := now
	for taken[gekko.NewSnapshotName(m.App.Name, at)] {
		at = at.Add(time.Second)
	}
	m.mark.Snapshot = gekko.NewSnapshotName(m.App.Name, at)
	m.mark.Expires = now.Add(m.lifetime() + imagePatience)
}

// names is how many names are tried when others take them at the same time.
const names = 5

// rename gives the snapshot the next second's name.
func (m *making) rename() {
	m.mark.Snapshot = gekko.NewSnapshotName(m.App.Name, m.mark.Snapshot.Time().Add(time.Second))
}

// rehearse tells what a bake would do and does nothing.
func (b *Baker) rehearse(m *making, had []gekko.Snapshot) (gekko.Snapshot, bool, error) {
	for _, s := range had {
		if m.mark.SameWork(workOf(m.App.Name, s)) && s.Ready() && !m.Force {
			b.exists(s)
			return s, true, nil
		}
	}
	for _, step := range m.steps() {
		b.did(0, "would %s", step)
	}
	return m.snapshot(), false, nil
}

// exists says why nothing is baked.
func (b *Baker) exists(s gekko.Snapshot) {
	b.did(0, "snapshot %s is of this commit, recipe and base already; --force bakes it anew", s.Name)
}

// workOf is what a snapshot was made of.
func workOf(app gekko.AppName, s gekko.Snapshot) gekko.Bake {
	return gekko.Bake{App: app, Snapshot: s.Name, Commit: s.Commit, Recipe: s.Recipe, Base: s.Base}
}

func (b *Baker) did(took time.Duration, format string, args ...any) {
	b.Report.Tell(gekko.Did, fmt.Sprintf(format, args...), took)
}

func (b *Baker) poll() time.Duration     { return cmp.Or(b.Poll, 5*time.Second) }
func (b *Baker) lifetime() time.Duration { return cmp.Or(b.Lifetime, 2*time.Hour) }
