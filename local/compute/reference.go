package compute

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// newestVersions is how many versions of a launch template are looked at for
// references to an image, if the request does not say.
const newestVersions = 20

// DescribeImageReferences tells which instances and launch templates use
// images.
func (c *Cloud) DescribeImageReferences(ctx context.Context, in *ec2.DescribeImageReferencesInput) (*ec2.DescribeImageReferencesOutput, error) {
	if len(in.ImageIds) == 0 {
		return nil, missing("ImageId")
	}
	asked := func(kind types.ImageReferenceResourceType) bool {
		return aws.ToBool(in.IncludeAllResourceTypes) || slices.ContainsFunc(in.ResourceTypes, func(r types.ResourceTypeRequest) bool { return r.ResourceType == kind })
	}
	if !aws.ToBool(in.IncludeAllResourceTypes) && len(in.ResourceTypes) == 0 {
		return nil, wire.Errorf("InvalidParameterCombination", "Either ResourceTypes or IncludeAllResourceTypes must be given.")
	}
	var found []types.ImageReference
	add := func(image string, kind types.ImageReferenceResourceType, resource string) {
		found = append(found, types.ImageReference{ImageId: &image, ResourceType: kind, Arn: aws.String(fmt.Sprintf("arn:aws:ec2:%s:%s:%s", c.o.Region, c.o.Account, resource))})
	}
	for _, id := range in.ImageIds {
		if err := imageKind.Check(id); err != nil {
			return nil, err
		}
		for _, i := range c.instances.All() {
			if asked(types.ImageReferenceResourceTypeEc2Instance) && i.image.id == id && !i.over() {
				add(id, types.ImageReferenceResourceTypeEc2Instance, "instance/"+i.id)
			}
		}
		if !asked(types.ImageReferenceResourceTypeEc2LaunchTemplate) {
			continue
		}
		for _, template := range c.ImageUsers(id, newestVersions) {
			add(id, types.ImageReferenceResourceTypeEc2LaunchTemplate, "launch-template/"+template)
		}
	}
	page, next, err := shelf.Page(found, nil, 1, in.NextToken, in.MaxResults)
	return &ec2.DescribeImageReferencesOutput{ImageReferences: page, NextToken: next}, err
}
