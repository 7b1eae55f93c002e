package images

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// Fits says whether the tags of a snapshot keep to AWS's limits.
func (c *Store) Fits(s gekko.Snapshot) error {
	if err := tag.Check(tag.OfSnapshot(s)); err != nil {
		return fmt.Errorf("snapshot %s: %w", s.Name, err)
	}
	return nil
}

// Freeze begins an image of a stopped builder, named and marked as s says. A
// name that is taken is ErrConflict: CreateImage has no client token, its name
// is what keeps one from being made twice. So an image of that name that is
// marked as of the same work is taken for the answer that was lost.
func (c *Store) Freeze(ctx context.Context, builder gekko.InstanceID, s gekko.Snapshot) (gekko.ImageID, error) {
	if err := c.Fits(s); err != nil {
		return "", err
	}
	out, err := c.ec2.CreateImage(ctx, &ec2.CreateImageInput{
		InstanceId:        aws.String(string(builder)),
		Name:              aws.String(string(s.Name)),
		Description:       aws.String("gekko: " + string(s.Name.App()) + " at " + s.Commit.Short()),
		TagSpecifications: tagged(tag.OfSnapshot(s), ec2types.ResourceTypeImage, ec2types.ResourceTypeSnapshot),
	})
	if err == nil {
		return gekko.ImageID(aws.ToString(out.ImageId)), nil
	}
	if answer.Code(err) == "InvalidAMIName.Duplicate" {
		if had, _, found := c.imageNamed(ctx, s.Name); found == nil && had.App == s.Name.App() && had.Commit == s.Commit && had.Recipe == s.Recipe && had.Base == s.Base {
			return had.Image, nil
		}
	}
	return "", fmt.Errorf("image %s of %s: %w", s.Name, builder, answer.Kind(err))
}

// DropImage deregisters an image and deletes its block-device snapshots. Those
// that another image uses stay.
func (c *Store) DropImage(ctx context.Context, id gekko.ImageID) error {
	images, err := c.images(ctx, &ec2.DescribeImagesInput{ImageIds: []string{string(id)}})
	if answer.Gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	disks, err := c.disksOf(ctx, images)
	if err != nil {
		return fmt.Errorf("image %s: %w", id, err)
	}
	out, err := c.ec2.DeregisterImage(ctx, &ec2.DeregisterImageInput{ImageId: aws.String(string(id)), DeleteAssociatedSnapshots: aws.Bool(true)})
	if err != nil && !answer.Gone(answer.Kind(err)) {
		return fmt.Errorf("image %s: %w", id, answer.Kind(err))
	}
	for _, disk := range disks {
		if err == nil && settled(out, disk) {
			continue
		}
		if err := c.dropDisk(ctx, disk); err != nil {
			return err
		}
	}
	return nil
}

// settled says whether deregistering an image deleted a block-device snapshot
// of it, or left it because another image uses it. Of anything else, deleting it
// by itself tells the reason.
func settled(out *ec2.DeregisterImageOutput, disk string) bool {
	return slices.ContainsFunc(out.DeleteSnapshotResults, func(r ec2types.DeleteSnapshotReturnCode) bool {
		return aws.ToString(r.SnapshotId) == disk && (r.ReturnCode == ec2types.SnapshotReturnCodesSuccess || r.ReturnCode == ec2types.SnapshotReturnCodesWarnSkipped)
	})
}

// disksOf are the block-device snapshots of images: those that they name, and
// those that bear their name, as an image that is pending does not name all.
func (c *Store) disksOf(ctx context.Context, images []ec2types.Image) ([]string, error) {
	var ids []string
	for _, image := range images {
		for _, m := range image.BlockDeviceMappings {
			if m.Ebs != nil && m.Ebs.SnapshotId != nil {
				ids = append(ids, *m.Ebs.SnapshotId)
			}
		}
		s := snapshotOf(image)
		if s.App == "" {
			continue
		}
		marked, err := c.disks(ctx, having("tag:"+tag.App, string(s.App)), having("tag:"+tag.Snapshot, string(s.Name)))
		if err != nil {
			return nil, err
		}
		for _, d := range marked {
			ids = append(ids, aws.ToString(d.SnapshotId))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// disks are all pages of the account's own block-device snapshots that fit the
// filters.
func (c *Store) disks(ctx context.Context, filters ...ec2types.Filter) ([]ec2types.Snapshot, error) {
	var all []ec2types.Snapshot
	in := &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, Filters: filters}
	for p := ec2.NewDescribeSnapshotsPaginator(c.ec2, in); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("block-device snapshots: %w", answer.Kind(err))
		}
		all = append(all, page.Snapshots...)
	}
	return all, nil
}

// dropDisk deletes a block-device snapshot unless an image still uses it.
func (c *Store) dropDisk(ctx context.Context, id string) error {
	_, err := c.ec2.DeleteSnapshot(ctx, &ec2.DeleteSnapshotInput{SnapshotId: aws.String(id)})
	if err == nil || answer.Code(err) == "InvalidSnapshot.InUse" || answer.Gone(answer.Kind(err)) {
		return nil
	}
	return fmt.Errorf("block-device snapshot %s: %w", id, answer.Kind(err))
}

// imagesAtOnce is how many images a page may have, which is the most that EC2
// gives. Without a number a big account's images would come all at once.
const imagesAtOnce = 1000

// eachImage gives all images of a description, page by page, so that what is
// made of them, not they, is kept.
func (c *Store) eachImage(ctx context.Context, in *ec2.DescribeImagesInput, each func(ec2types.Image), how ...func(*ec2.Options)) error {
	if len(in.ImageIds) == 0 {
		in.MaxResults = aws.Int32(imagesAtOnce)
	}
	for p := ec2.NewDescribeImagesPaginator(c.ec2, in); p.HasMorePages(); {
		page, err := p.NextPage(ctx, how...)
		if err != nil {
			return fmt.Errorf("images: %w", answer.Kind(err))
		}
		for _, image := range page.Images {
			each(image)
		}
	}
	return nil
}

// ofASnapshot are the elements that the noun of a snapshot is made from
// (snapshotOf): a fraction of what EC2 describes of an image.
var ofASnapshot = ec2.WithAPIOptions(answer.Only(
	"DescribeImagesResponse", "imagesSet", "item", "nextToken", "imageId", "name", "imageState", "creationDate",
	"tagSet", "key", "value", "stateReason", "message",
))

// imagesOf describes an app's own images.
func imagesOf(app gekko.AppName) *ec2.DescribeImagesInput {
	return &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: []ec2types.Filter{having("tag:"+tag.App, string(app))}}
}

// images are all of a description, the oldest first.
func (c *Store) images(ctx context.Context, in *ec2.DescribeImagesInput) ([]ec2types.Image, error) {
	var all []ec2types.Image
	err := c.eachImage(ctx, in, func(image ec2types.Image) { all = append(all, image) })
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b ec2types.Image) int {
		return cmp.Or(
			cmp.Compare(aws.ToString(a.CreationDate), aws.ToString(b.CreationDate)),
			cmp.Compare(aws.ToString(a.Name), aws.ToString(b.Name)),
		)
	})
	return all, nil
}

// imageNamed finds the account's own image of a name; ErrNotFound if there is
// none.
func (c *Store) imageNamed(ctx context.Context, name gekko.SnapshotName) (s marked, image ec2types.Image, err error) {
	images, err := c.images(ctx, &ec2.DescribeImagesInput{
		Owners:  []string{"self"},
		Filters: []ec2types.Filter{having("name", string(name))},
	})
	if err != nil {
		return marked{}, ec2types.Image{}, err
	}
	if len(images) == 0 {
		return marked{}, ec2types.Image{}, fmt.Errorf("snapshot %s: %w", name, gekko.ErrNotFound)
	}
	image = images[len(images)-1]
	return snapshotOf(image), image, nil
}

// ImageApps are the apps that have images.
func (c *Store) ImageApps(ctx context.Context) (map[gekko.AppName]bool, error) {
	apps := map[gekko.AppName]bool{}
	in := &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: []ec2types.Filter{having("tag-key", tag.App)}}
	err := c.eachImage(ctx, in, func(image ec2types.Image) { apps[snapshotOf(image).App] = true }, ofASnapshot)
	return apps, err
}
