// Package prune deletes snapshots that nothing needs any more. It chooses by what
// is in use, by number, and by how releases ended; it knows nothing of how a
// release is carried out, and nothing of what a snapshot is at AWS.
package prune

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gekko"
)

// Shelf is what there is to choose from.
type Shelf interface {
	// Snapshots are an app's, the oldest first.
	Snapshots(ctx context.Context, app gekko.AppName) ([]gekko.Snapshot, error)
	// Uses says what runs from an app's snapshots or could launch them: "group web-…".
	Uses(ctx context.Context, app gekko.AppName) (map[gekko.SnapshotName][]string, error)
	// Outcomes are how the app's releases ended, newest first.
	Outcomes(ctx context.Context, app gekko.AppName) ([]gekko.Outcome, error)
	// DeleteSnapshot is an ErrConflict for one that is in use.
	DeleteSnapshot(ctx context.Context, s gekko.Snapshot) error
}

// Fate is a snapshot with the reason why it stays.
type Fate struct {
	Snapshot gekko.Snapshot `json:"snapshot"`
	Stays    string         `json:"stays,omitempty"` // why; empty: it goes
}

// Fates chooses which of an app's snapshots, the oldest first, may go. The
// newest that were not rejected stay, as many as said, and whatever was baked
// since, so that the rejected ones among them can be looked at; so does what is
// in use and what a rollback would return to.
func Fates(all []gekko.Snapshot, keep int, uses map[gekko.SnapshotName][]string, outcomes []gekko.Outcome) []Fate {
	fates := make([]Fate, len(all))
	rejected, back := endings(outcomes)
	good := 0
	for i, s := range slices.Backward(all) {
		recent := good < keep
		if s.Ready() && !rejected[s.Name] {
			good++
		}
		fates[i] = Fate{s, staysFor(s, recent, keep, uses[s.Name], back)}
	}
	return fates
}

func staysFor(s gekko.Snapshot, recent bool, keep int, uses []string, back gekko.SnapshotName) string {
	switch {
	case len(uses) > 0:
		return "in use by " + uses[0] + andMore(len(uses)-1)
	case s.Name == back:
		return "a rollback returns to it"
	case s.State == gekko.SnapshotPending:
		return "it is being made"
	case recent && s.State != gekko.SnapshotFailed:
		return fmt.Sprintf("among the newest %d", keep)
	}
	return ""
}

func andMore(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// endings says which snapshots were rejected when they were last released, and
// which one a rollback would return to from the newest that was promoted.
func endings(outcomes []gekko.Outcome) (rejected map[gekko.SnapshotName]bool, back gekko.SnapshotName) {
	rejected = map[gekko.SnapshotName]bool{}
	seen := map[gekko.SnapshotName]bool{}
	var live gekko.SnapshotName
	for _, o := range outcomes {
		if !seen[o.Snapshot] {
			seen[o.Snapshot], rejected[o.Snapshot] = true, o.Ending == gekko.Rejected
		}
		if live == "" && o.Ending == gekko.Promoted {
			live = o.Snapshot
		}
	}
	return rejected, gekko.Previous(outcomes, live)
}

// Choose looks at all of an app's snapshots.
func Choose(ctx context.Context, c Shelf, app gekko.AppName, keep int) ([]Fate, error) {
	all, err := c.Snapshots(ctx, app)
	if err != nil {
		return nil, err
	}
	uses, err := c.Uses(ctx, app)
	if err != nil {
		return nil, err
	}
	outcomes, err := c.Outcomes(ctx, app)
	if err != nil {
		return nil, err
	}
	return Fates(all, keep, uses, outcomes), nil
}

// Delete deletes the snapshots that may go. One that came into use meanwhile
// stays, and one that is gone already is none the worse.
func Delete(ctx context.Context, c Shelf, fates []Fate, report gekko.Reporter) error {
	for _, f := range fates {
		if f.Stays != "" {
			continue
		}
		err := c.DeleteSnapshot(ctx, f.Snapshot)
		switch {
		case errors.Is(err, gekko.ErrConflict):
			report.Tell(gekko.Warns, err.Error()+"; it stays", 0)
		case err != nil && !errors.Is(err, gekko.ErrNotFound):
			return err
		default:
			report.Tell(gekko.Did, fmt.Sprintf("snapshot %s deleted, with image and template", f.Snapshot.Name), 0)
		}
	}
	return nil
}
