package local

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// latest are the public parameters that name the newest image of a family
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html,
// https://wiki.debian.org/Cloud/AmazonEC2Image).
var latest = []struct{ parameter, family string }{
	{"/aws/service/debian/release/12/latest/amd64", "debian-12-amd64-"},
	{"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", "al2023-ami-"},
}

// nameBases lets the public parameters name the base images that are there.
func (w *World) nameBases() error {
	images, err := w.images(&ec2.DescribeImagesInput{})
	if err != nil {
		return err
	}
	for _, l := range latest {
		for _, image := range images {
			if strings.HasPrefix(aws.ToString(image.Name), l.family) {
				w.parameters.Seed(l.parameter, aws.ToString(image.ImageId), "aws:ec2:image")
			}
		}
	}
	return nil
}

func (w *World) images(in *ec2.DescribeImagesInput) ([]types.Image, error) {
	out, err := w.compute.DescribeImages(context.Background(), in)
	if err != nil {
		return nil, err
	}
	return out.Images, nil
}

// hasImage says whether the base image that like names is there already.
func (w *World) hasImage(like Like) bool {
	in := &ec2.DescribeImagesInput{}
	if like.ImageID != "" {
		in.Filters = []types.Filter{{Name: aws.String("image-id"), Values: []string{like.ImageID}}}
	} else {
		in.Filters = []types.Filter{{Name: aws.String("name"), Values: []string{like.ImageName}}}
		if like.ImageOwner != "" {
			in.Owners = []string{like.ImageOwner}
		}
	}
	images, err := w.images(in)
	return err == nil && len(images) > 0
}

// nameFirstBase lets a parameter of the caller's own name the first base image.
func (w *World) nameFirstBase(parameter string) error {
	images, err := w.images(&ec2.DescribeImagesInput{})
	if err != nil || len(images) == 0 {
		return err
	}
	w.parameters.Seed(parameter, aws.ToString(images[0].ImageId), "aws:ec2:image")
	return nil
}
