package cloud

import (
	"context"

	"gekko"
	"gekko/cloud/tag"
)

// Record keeps on the new group how far its release is. A release without a
// phase is forgotten.
func (c *Cloud) Record(ctx context.Context, r gekko.Release) error {
	return c.groups.Put(ctx, r.New, tag.OfRelease(r))
}

// Pin keeps on a group what has to be put back on every way out; nil forgets
// it.
func (c *Cloud) Pin(ctx context.Context, group gekko.GroupName, u *gekko.Undo) error {
	return c.groups.Put(ctx, group, tag.Pinned(u))
}
