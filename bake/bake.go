// Package bake makes a snapshot: it launches a builder, brings a commit's tree
// to it, runs the recipe there, freezes it as an image with a launch template,
// and takes away whatever it made for itself.
//
// It knows the order of these steps and nothing of how a cloud carries them
// out (Cloud), nor of groups and balancers: what is launched from a snapshot
// is package release's.
package bake

import (
	"context"
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
// forced.
func (b *Baker) Create(ctx context.Context, r Request) (snapshot gekko.Snapshot, existed bool, err error) {
	return gekko.Snapshot{}, false, fmt.Errorf("%w: bakes are not built yet", gekko.ErrInvalid)
}

// Leftover is one thing that a bake that was cut off has left.
type Leftover = gekko.Leftover

// Leftovers finds what bakes of an app that were cut off have left. A bake that
// is still running shows up too.
func (b *Baker) Leftovers(ctx context.Context, app gekko.AppName) ([]Leftover, error) {
	return b.Cloud.Leftovers(ctx, app)
}

// Sweep takes leftovers away.
func (b *Baker) Sweep(ctx context.Context, left []Leftover) error {
	return nil
}
