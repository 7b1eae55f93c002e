package images

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"gekko"
	"gekko/cloud/answer"
)

// Base finds the image to build on: by its id, the newest of an owner's by a
// pattern of names, or the one whose id an SSM parameter holds. A name is never
// looked for among everybody's images: anyone may give theirs any name.
func (c *Store) Base(ctx context.Context, b gekko.BaseImage) (gekko.Base, error) {
	id := b.ID
	if b.Parameter != "" {
		var err error
		if id, err = c.parameter(ctx, b.Parameter); err != nil {
			return gekko.Base{}, err
		}
	}
	in := &ec2.DescribeImagesInput{ImageIds: []string{string(id)}}
	if id == "" {
		in = &ec2.DescribeImagesInput{
			Owners:  []string{b.Owner},
			Filters: []ec2types.Filter{having("name", b.Name), having("state", "available")},
		}
	}
	images, err := c.images(ctx, in)
	if err != nil {
		return gekko.Base{}, fmt.Errorf("base image %s: %w", b, err)
	}
	image, err := pick(images)
	if err != nil {
		return gekko.Base{}, fmt.Errorf("base image %s: %w", b, err)
	}
	return baseOf(image), nil
}

// parameter reads the id of an image from an SSM parameter.
func (c *Store) parameter(ctx context.Context, name string) (gekko.ImageID, error) {
	out, err := c.ssm.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name)})
	if err != nil {
		return "", fmt.Errorf("parameter %s: %w", name, answer.Kind(err))
	}
	id := strings.TrimSpace(aws.ToString(out.Parameter.Value))
	if !strings.HasPrefix(id, "ami-") {
		return "", fmt.Errorf("parameter %s: %w: it holds %q, not the id of an image", name, gekko.ErrInvalid, id)
	}
	return gekko.ImageID(id), nil
}

const narrower = "image.base in gekko.yaml: a narrower name, or the id of the one that is meant"

// pick chooses the newest of images, oldest first. Images of different
// architectures, or two made at the same time, leave it open which is meant.
func pick(images []ec2types.Image) (ec2types.Image, error) {
	if len(images) == 0 {
		err := fmt.Errorf("%w: no available image fits", gekko.ErrNotFound)
		return ec2types.Image{}, gekko.Hint(err, "image.base in gekko.yaml: is the name right, the owner, the region?")
	}
	newest := images[len(images)-1]
	for _, image := range images {
		if image.Architecture != newest.Architecture {
			err := fmt.Errorf("%w: %d images fit, of the architectures %s and %s", gekko.ErrInvalid, len(images), image.Architecture, newest.Architecture)
			return ec2types.Image{}, gekko.Hint(err, narrower)
		}
	}
	if len(images) > 1 {
		other := images[len(images)-2]
		if aws.ToString(other.CreationDate) == aws.ToString(newest.CreationDate) {
			err := fmt.Errorf("%w: %s and %s fit and are equally new", gekko.ErrInvalid, aws.ToString(other.ImageId), aws.ToString(newest.ImageId))
			return ec2types.Image{}, gekko.Hint(err, narrower)
		}
	}
	if s := newest.State; s != "" && s != ec2types.ImageStateAvailable {
		err := fmt.Errorf("%w: image %s is %s", gekko.ErrConflict, aws.ToString(newest.ImageId), s)
		return ec2types.Image{}, gekko.Hint(err, "the same command once it is available, or another image.base in gekko.yaml")
	}
	return newest, nil
}

func baseOf(image ec2types.Image) gekko.Base {
	b := gekko.Base{
		ID:   gekko.ImageID(aws.ToString(image.ImageId)),
		Name: aws.ToString(image.Name),
		Root: aws.ToString(image.RootDeviceName),
	}
	for _, m := range image.BlockDeviceMappings {
		if m.Ebs == nil {
			continue
		}
		name := aws.ToString(m.DeviceName)
		b.Volumes = append(b.Volumes, name)
		if name == b.Root {
			b.VolumeGiB = int(aws.ToInt32(m.Ebs.VolumeSize))
		}
	}
	if b.Root != "" && !slices.Contains(b.Volumes, b.Root) {
		b.Volumes = append(b.Volumes, b.Root)
	}
	return b
}
