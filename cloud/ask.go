package cloud

import (
	"context"

	"gekko"
	"gekko/cloud/groups"
	"gekko/cloud/tag"
)

// Ask leaves on a group what a person asks its release for. One that was left
// before and not heeded yet is forgotten.
func (c *Cloud) Ask(ctx context.Context, group gekko.GroupName, a gekko.Ask) error {
	return c.groups.Put(ctx, group, tag.Asked(a))
}

// Heed moves what was asked for to the group's acts. What a person asked for in
// the meantime stays.
func (c *Cloud) Heed(ctx context.Context, group gekko.GroupName, a gekko.Ask) error {
	raw, err := c.groups.Raw(ctx, group)
	if err != nil {
		return err
	}
	return c.groups.Put(ctx, group, tag.Heeded(groups.Tags(raw), a))
}

// Acts are what people did to a group's release, the oldest first.
func (c *Cloud) Acts(ctx context.Context, group gekko.GroupName) ([]gekko.Ask, error) {
	raw, err := c.groups.Raw(ctx, group)
	if err != nil {
		return nil, err
	}
	return tag.Acts(groups.Tags(raw)), nil
}
