package images

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// marked is a snapshot with the app that its tags name; empty: not gekko's.
type marked struct {
	gekko.Snapshot
	App gekko.AppName
}

func snapshotOf(image ec2types.Image) marked {
	tags := ec2TagMap(image.Tags)
	s := tag.ReadSnapshot(tags)
	s.Name, s.Image = gekko.SnapshotName(aws.ToString(image.Name)), gekko.ImageID(aws.ToString(image.ImageId))
	s.State, s.Why = imageState(image)
	if t, err := time.Parse(time.RFC3339, aws.ToString(image.CreationDate)); err == nil {
		s.Created = t.UTC()
	}
	return marked{s, gekko.AppName(tags[tag.App])}
}

func imageState(image ec2types.Image) (state gekko.SnapshotState, why string) {
	switch image.State {
	case ec2types.ImageStateAvailable:
		return gekko.SnapshotAvailable, ""
	case ec2types.ImageStatePending, ec2types.ImageStateTransient:
		return gekko.SnapshotPending, ""
	}
	why = string(image.State)
	if r := image.StateReason; r != nil && aws.ToString(r.Message) != "" {
		why += ": " + *r.Message
	}
	return gekko.SnapshotFailed, why
}

// Snapshots are an app's, the oldest first, whatever state they are in. Their
// plans are as far as the image's tags tell.
func (c *Store) Snapshots(ctx context.Context, app gekko.AppName) ([]gekko.Snapshot, error) {
	var all []gekko.Snapshot
	err := c.eachImage(ctx, imagesOf(app), func(image ec2types.Image) { all = append(all, snapshotOf(image).Snapshot) }, ofASnapshot)
	if err != nil {
		return nil, err
	}
	templates, err := c.templates(ctx, having("tag:"+tag.App, string(app)))
	if err != nil {
		return nil, err
	}
	for i := range all {
		if t, ok := templates[all[i].Name]; ok {
			all[i].Template = gekko.TemplateID(aws.ToString(t.LaunchTemplateId))
			all[i].Version = aws.ToInt64(t.DefaultVersionNumber)
		}
	}
	slices.SortFunc(all, func(a, b gekko.Snapshot) int { return gekko.CompareSnapshotNames(a.Name, b.Name) })
	return all, nil
}

// Snapshot is one by its name, with all of its plan. It is ErrNotFound if there
// is no image of that name, and ErrRefused if the image is not gekko's.
func (c *Store) Snapshot(ctx context.Context, name gekko.SnapshotName) (gekko.Snapshot, error) {
	s, _, err := c.imageNamed(ctx, name)
	if errors.Is(err, gekko.ErrNotFound) {
		return gekko.Snapshot{}, gekko.Hint(err, "gekko snapshot list")
	}
	if err != nil {
		return gekko.Snapshot{}, err
	}
	if s.App != name.App() {
		err := fmt.Errorf("snapshot %s: %w: image %s bears no tag of gekko's", name, gekko.ErrRefused, s.Image)
		return gekko.Snapshot{}, gekko.Hint(err, "gekko adopt "+string(s.Image))
	}
	err = c.readTemplate(ctx, &s.Snapshot)
	return s.Snapshot, err
}

// DeleteSnapshot takes away the image, its block-device snapshots and the
// template. It is ErrConflict while a group or an instance uses them. The image
// goes first: what a cut leaves then is a template without an image, which
// nobody takes for a snapshot.
func (c *Store) DeleteSnapshot(ctx context.Context, s gekko.Snapshot) error {
	if err := c.unused(ctx, s); err != nil {
		return err
	}
	if s.Image != "" {
		if err := c.DropImage(ctx, s.Image); err != nil {
			return fmt.Errorf("snapshot %s: %w", s.Name, err)
		}
	}
	return c.dropTemplate(ctx, s.Name)
}

// unused is ErrConflict if something would break without the snapshot.
func (c *Store) unused(ctx context.Context, s gekko.Snapshot) error {
	groups, err := c.autoscaling.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{string(s.Name)},
	})
	if err != nil {
		return fmt.Errorf("snapshot %s: %w", s.Name, answer.Kind(err))
	}
	if len(groups.AutoScalingGroups) > 0 {
		err := fmt.Errorf("snapshot %s: %w: its group is still there and could launch no more instances", s.Name, gekko.ErrConflict)
		return gekko.Hint(err, "gekko retire -s "+string(s.Name))
	}
	if s.Image == "" {
		return nil
	}
	users, err := c.instances(ctx, having("image-id", string(s.Image)), having("instance-state-name", alive...))
	if err != nil {
		return err
	}
	if len(users) > 0 {
		return fmt.Errorf("snapshot %s: %w: its image runs on %s, %s among them", s.Name, gekko.ErrConflict, gekko.Count(len(users), "instance"), aws.ToString(users[0].InstanceId))
	}
	return nil
}

// AdoptImage takes in an image that gekko did not make, named
// APP-YYYYMMDD-HHMMSS: it is tagged, and gets its launch template by the plan
// that the app's file holds.
func (c *Store) AdoptImage(ctx context.Context, id gekko.ImageID, app gekko.App) (gekko.Snapshot, error) {
	s, image, err := c.adoptable(ctx, id, app.Name)
	if err != nil {
		return gekko.Snapshot{}, err
	}
	s.Plan, s.Balancer, s.Port, s.HealthPath = app.Group, app.Balancer, app.Service.Port, app.Service.Health
	s.Adopted = true
	tags := tag.OfSnapshot(s)
	tags[tag.Adopted] = tag.EncodeTime(time.Now())
	if err := tag.Check(tags); err != nil {
		return gekko.Snapshot{}, fmt.Errorf("image %s: %w", id, err)
	}
	things := []string{string(id)}
	for _, m := range image.BlockDeviceMappings {
		if m.Ebs != nil && m.Ebs.SnapshotId != nil {
			things = append(things, *m.Ebs.SnapshotId)
		}
	}
	if _, err := c.ec2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: things, Tags: ec2Tags(tags)}); err != nil {
		return gekko.Snapshot{}, fmt.Errorf("image %s: %w", id, answer.Kind(err))
	}
	return c.AddTemplate(ctx, s)
}

// Adoptable says why an image cannot become one of the app's snapshots, if it
// cannot.
func (c *Store) Adoptable(ctx context.Context, id gekko.ImageID, app gekko.AppName) error {
	_, _, err := c.adoptable(ctx, id, app)
	return err
}

// adoptable says whether an image may become one of the app's snapshots.
func (c *Store) adoptable(ctx context.Context, id gekko.ImageID, app gekko.AppName) (gekko.Snapshot, ec2types.Image, error) {
	images, err := c.images(ctx, &ec2.DescribeImagesInput{ImageIds: []string{string(id)}, Owners: []string{"self"}})
	if err == nil && len(images) == 0 {
		err = gekko.ErrNotFound
	}
	if err != nil {
		return gekko.Snapshot{}, ec2types.Image{}, fmt.Errorf("image %s: %w", id, err)
	}
	s := snapshotOf(images[0])
	name, err := gekko.ParseSnapshotName(string(s.Name))
	switch {
	case err != nil:
		return gekko.Snapshot{}, ec2types.Image{}, fmt.Errorf("image %s: %w", id, err)
	case name.App() != app:
		return gekko.Snapshot{}, ec2types.Image{}, fmt.Errorf("%w: image %s is named %s, which is of another app than %s", gekko.ErrRefused, id, name, app)
	case s.App != "" && s.App != app:
		return gekko.Snapshot{}, ec2types.Image{}, fmt.Errorf("%w: image %s bears the tags of app %s", gekko.ErrRefused, id, s.App)
	case s.State != gekko.SnapshotAvailable:
		err := fmt.Errorf("%w: image %s is %s", gekko.ErrConflict, id, s.State)
		return gekko.Snapshot{}, ec2types.Image{}, gekko.Hint(err, "the same command once it is available")
	}
	return s.Snapshot, images[0], nil
}
