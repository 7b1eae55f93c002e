package cloud

import (
	"context"
	"errors"

	"gekko"
)

var errSoon = errors.New("not built yet")

// Snapshots are an app's, the oldest first, whatever state they are in. Their
// plans are as far as the image's tags tell.
func (c *Cloud) Snapshots(ctx context.Context, app gekko.AppName) ([]gekko.Snapshot, error) {
	return nil, errSoon
}

// Snapshot is one by its name, with all of its plan; ErrNotFound if there is no
// image of that name.
func (c *Cloud) Snapshot(ctx context.Context, name gekko.SnapshotName) (gekko.Snapshot, error) {
	return gekko.Snapshot{}, errSoon
}

// DeleteSnapshot takes away the template, the image and its block-device
// snapshots. It is ErrConflict while a group or an instance uses them.
func (c *Cloud) DeleteSnapshot(ctx context.Context, s gekko.Snapshot) error { return errSoon }

// AdoptImage takes in an image that gekko did not make, named
// APP-YYYYMMDD-HHMMSS: it is tagged and gets its launch template by the plan
// and balancer that s holds.
func (c *Cloud) AdoptImage(ctx context.Context, id gekko.ImageID, app gekko.App) (gekko.Snapshot, error) {
	return gekko.Snapshot{}, errSoon
}
