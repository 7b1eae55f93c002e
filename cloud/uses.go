package cloud

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
)

// uses are what of each image's snapshot is in use.
type uses struct {
	names map[string]gekko.SnapshotName // by image
	by    map[gekko.SnapshotName][]string
}

func (u uses) note(image *string, what string) {
	if name, ours := u.names[aws.ToString(image)]; ours {
		u.by[name] = append(u.by[name], what)
	}
}

// Uses says what runs from an app's snapshots or could launch them: instances,
// groups of their names, and every version of every launch template but the
// snapshot's own.
func (c *Cloud) Uses(ctx context.Context, app gekko.AppName) (map[gekko.SnapshotName][]string, error) {
	images, err := c.images(ctx, &ec2.DescribeImagesInput{
		Owners:  []string{"self"},
		Filters: []ec2types.Filter{having("tag:"+TagApp, string(app))},
	})
	if err != nil || len(images) == 0 {
		return nil, err
	}
	u := uses{map[string]gekko.SnapshotName{}, map[gekko.SnapshotName][]string{}}
	var ids []string
	for _, i := range images {
		u.names[aws.ToString(i.ImageId)] = gekko.SnapshotName(aws.ToString(i.Name))
		ids = append(ids, aws.ToString(i.ImageId))
	}
	groups, err := c.describeGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		name := gekko.SnapshotName(aws.ToString(g.AutoScalingGroupName))
		u.by[name] = append(u.by[name], "group "+string(name))
	}
	instances, err := c.instances(ctx, having("image-id", ids...), having("instance-state-name", alive...))
	if err != nil {
		return nil, err
	}
	for _, i := range instances {
		u.note(i.ImageId, "instance "+aws.ToString(i.InstanceId))
	}
	return u.by, c.usedByTemplates(ctx, u)
}

func (c *Cloud) usedByTemplates(ctx context.Context, u uses) error {
	templates, err := c.templates(ctx)
	if err != nil {
		return err
	}
	for name, t := range templates {
		in := &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: t.LaunchTemplateId}
		for p := ec2.NewDescribeLaunchTemplateVersionsPaginator(c.ec2, in); p.HasMorePages(); {
			page, err := p.NextPage(ctx)
			if err != nil {
				return fmt.Errorf("launch template %s: %w", name, kind(err))
			}
			for _, v := range page.LaunchTemplateVersions {
				if d := v.LaunchTemplateData; d != nil && u.names[aws.ToString(d.ImageId)] != name {
					u.note(d.ImageId, fmt.Sprintf("launch template %s:%d", name, aws.ToInt64(v.VersionNumber)))
				}
			}
		}
	}
	return nil
}
