package images

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud/tag"
)

// Leftovers finds all that is marked as some bake's of an app: what bakes made
// for themselves, and halves of snapshots. Builders come first, so that what
// they use can be deleted after them.
func (c *Store) Leftovers(ctx context.Context, app gekko.AppName) ([]gekko.Leftover, error) {
	var all []gekko.Leftover
	for _, find := range []func(context.Context, gekko.AppName) ([]gekko.Leftover, error){
		c.leftBuilders, c.leftKeys, c.leftGroups, c.leftHalves, c.leftDisks,
	} {
		left, err := find(ctx, app)
		if err != nil {
			return nil, fmt.Errorf("leftovers of %s: %w", app, err)
		}
		all = append(all, left...)
	}
	return all, nil
}

// ofBuilder filters for what a bake of an app made for itself.
func ofBuilder(app gekko.AppName, more ...ec2types.Filter) []ec2types.Filter {
	return append(more, having("tag:"+tag.App, string(app)), having("tag:"+tag.Kind, tag.Builder))
}

func (c *Store) leftBuilders(ctx context.Context, app gekko.AppName) ([]gekko.Leftover, error) {
	found, err := c.instances(ctx, ofBuilder(app, having("instance-state-name", alive...))...)
	if err != nil {
		return nil, err
	}
	var left []gekko.Leftover
	for _, i := range found {
		left = append(left, gekko.Leftover{
			Kind: gekko.LeftBuilder, ID: aws.ToString(i.InstanceId), State: string(i.State.Name), Bake: tag.ReadBake(ec2TagMap(i.Tags)),
		})
	}
	return left, nil
}

func (c *Store) leftKeys(ctx context.Context, app gekko.AppName) ([]gekko.Leftover, error) {
	found, err := c.keyPairs(ctx, ofBuilder(app)...)
	if err != nil {
		return nil, err
	}
	var left []gekko.Leftover
	for _, k := range found {
		left = append(left, gekko.Leftover{Kind: gekko.LeftKeyPair, ID: aws.ToString(k.KeyName), Bake: tag.ReadBake(ec2TagMap(k.Tags))})
	}
	return left, nil
}

func (c *Store) leftGroups(ctx context.Context, app gekko.AppName) ([]gekko.Leftover, error) {
	found, err := c.securityGroups(ctx, ofBuilder(app)...)
	if err != nil {
		return nil, err
	}
	var left []gekko.Leftover
	for _, g := range found {
		left = append(left, gekko.Leftover{Kind: gekko.LeftSecurityGroup, ID: aws.ToString(g.GroupId), Bake: tag.ReadBake(ec2TagMap(g.Tags))})
	}
	return left, nil
}

// leftHalves finds images without a template and templates without an image. An
// image that was adopted is no bake's.
func (c *Store) leftHalves(ctx context.Context, app gekko.AppName) ([]gekko.Leftover, error) {
	snapshots, err := c.Snapshots(ctx, app)
	if err != nil {
		return nil, err
	}
	var left []gekko.Leftover
	whole := map[gekko.SnapshotName]bool{}
	for _, s := range snapshots {
		whole[s.Name] = true
		if s.Template == "" && !s.Adopted {
			left = append(left, gekko.Leftover{
				Kind: gekko.LeftImage, ID: string(s.Image), State: string(s.State),
				Bake: gekko.Bake{App: app, Snapshot: s.Name, Commit: s.Commit, Recipe: s.Recipe, Base: s.Base},
			})
		}
	}
	templates, err := c.templates(ctx, having("tag:"+tag.App, string(app)))
	if err != nil {
		return nil, err
	}
	for name, t := range templates {
		if !whole[name] {
			left = append(left, gekko.Leftover{
				Kind: gekko.LeftTemplate, ID: string(name), Bake: tag.ReadBake(ec2TagMap(t.Tags)),
			})
		}
	}
	return left, nil
}

// leftDisks finds block-device snapshots whose image is gone.
func (c *Store) leftDisks(ctx context.Context, app gekko.AppName) ([]gekko.Leftover, error) {
	used := map[string]bool{}
	err := c.eachImage(ctx, imagesOf(app), func(image ec2types.Image) { used[aws.ToString(image.Name)] = true }, ofASnapshot)
	if err != nil {
		return nil, err
	}
	disks, err := c.disks(ctx, having("tag:"+tag.App, string(app)))
	if err != nil {
		return nil, err
	}
	var left []gekko.Leftover
	for _, d := range disks {
		tags := ec2TagMap(d.Tags)
		if !used[tags[tag.Snapshot]] {
			left = append(left, gekko.Leftover{Kind: gekko.LeftDisk, ID: aws.ToString(d.SnapshotId), State: string(d.State), Bake: tag.ReadBake(tags)})
		}
	}
	return left, nil
}

// DropLeftover begins to take one away; a builder ends some time after.
func (c *Store) DropLeftover(ctx context.Context, l gekko.Leftover) error {
	switch l.Kind {
	case gekko.LeftBuilder:
		return c.EndBuilder(ctx, gekko.InstanceID(l.ID))
	case gekko.LeftKeyPair:
		return c.DeleteKey(ctx, l.ID)
	case gekko.LeftSecurityGroup:
		return c.DeleteGroup(ctx, l.ID)
	case gekko.LeftImage:
		return c.DropImage(ctx, gekko.ImageID(l.ID))
	case gekko.LeftTemplate:
		return c.dropTemplate(ctx, gekko.SnapshotName(l.ID))
	case gekko.LeftDisk:
		return c.dropDisk(ctx, l.ID)
	}
	return fmt.Errorf("%w: leftover %s", gekko.ErrInvalid, l)
}
