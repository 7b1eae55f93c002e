package cloud

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/groups"
	"gekko/cloud/tag"
)

// Adoption shows what a group runs that gekko did not make, before it is taken
// in. Groups with launch configurations cannot be: AWS makes no new ones.
func (c *Cloud) Adoption(ctx context.Context, name gekko.GroupName, app gekko.AppName) (gekko.Adoption, error) {
	raw, err := c.groups.Raw(ctx, name)
	if err != nil {
		return gekko.Adoption{}, err
	}
	template := templateOf(raw)
	if template == nil {
		return gekko.Adoption{}, fmt.Errorf("%w: group %s has a launch configuration: gekko needs a launch template", gekko.ErrInvalid, name)
	}
	out, err := c.ec2.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: template.LaunchTemplateId, Versions: []string{cmp.Or(aws.ToString(template.Version), "$Default")},
	})
	if err != nil {
		return gekko.Adoption{}, answer.Named("launch template "+aws.ToString(template.LaunchTemplateId), err)
	}
	if len(out.LaunchTemplateVersions) == 0 || out.LaunchTemplateVersions[0].LaunchTemplateData == nil {
		return gekko.Adoption{}, answer.Named("launch template "+aws.ToString(template.LaunchTemplateId), gekko.ErrNotFound)
	}
	version := out.LaunchTemplateVersions[0]
	tags := groups.Tags(raw)
	a := gekko.Adoption{
		Group: name, App: app, Owner: gekko.AppName(tags[tag.App]), Size: sizeOf(raw), Tags: tags,
		Image:    gekko.ImageID(aws.ToString(version.LaunchTemplateData.ImageId)),
		Template: gekko.TemplateID(aws.ToString(template.LaunchTemplateId)),
		Version:  aws.ToInt64(version.VersionNumber),
	}
	a.Snapshot, err = c.snapshotName(ctx, a.Image, app)
	return a, err
}

// templateOf is the launch template that a group's running instances came
// from: a group may name its version as $Latest, which may have moved on.
func templateOf(raw types.AutoScalingGroup) *types.LaunchTemplateSpecification {
	t := raw.LaunchTemplate
	if p := raw.MixedInstancesPolicy; t == nil && p != nil && p.LaunchTemplate != nil {
		t = p.LaunchTemplate.LaunchTemplateSpecification
	}
	if t == nil {
		return nil
	}
	if _, err := strconv.ParseInt(aws.ToString(t.Version), 10, 64); err == nil {
		return t
	}
	for _, i := range raw.Instances {
		if i.LaunchTemplate != nil && i.LifecycleState == types.LifecycleStateInService {
			return i.LaunchTemplate
		}
	}
	return t
}

// snapshotName is the name of an image, if it is one that a snapshot of the app
// may have.
func (c *Cloud) snapshotName(ctx context.Context, image gekko.ImageID, app gekko.AppName) (gekko.SnapshotName, error) {
	if image == "" {
		return "", nil
	}
	out, err := c.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{ImageIds: []string{string(image)}})
	if err != nil {
		return "", answer.Named("image "+string(image), err)
	}
	if len(out.Images) == 0 {
		return "", nil
	}
	name, err := gekko.ParseSnapshotName(aws.ToString(out.Images[0].Name))
	if err != nil || name.App() != app {
		return "", nil
	}
	return name, nil
}

// Adopt tags a group as the app's, and with it the target group that the
// balancer's rules know it by.
func (c *Cloud) Adopt(ctx context.Context, a gekko.Adoption, b gekko.Balancer) error {
	if a.Owner != "" && a.Owner != a.App {
		return fmt.Errorf("group %s: %w: it belongs to app %s", a.Group, gekko.ErrConflict, a.Owner)
	}
	if err := c.adoptPool(ctx, a, b); err != nil {
		return err
	}
	values := map[string]string{tag.App: string(a.App), tag.Balancer: tag.EncodeBalancer(b)}
	if a.Owner == "" {
		values[tag.Adopted] = tag.EncodeTime(time.Now())
	}
	if a.Snapshot != "" {
		values[tag.Snapshot] = string(a.Snapshot)
	}
	in := &autoscaling.CreateOrUpdateTagsInput{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if values[key] == "" {
			continue
		}
		in.Tags = append(in.Tags, types.Tag{
			Key: aws.String(key), Value: aws.String(values[key]), PropagateAtLaunch: aws.Bool(false),
			ResourceId: aws.String(string(a.Group)), ResourceType: aws.String("auto-scaling-group"),
		})
	}
	if _, err := c.autoscaling.CreateOrUpdateTags(ctx, in); err != nil {
		return answer.Named("group "+string(a.Group), err)
	}
	return nil
}

func (c *Cloud) adoptPool(ctx context.Context, a gekko.Adoption, b gekko.Balancer) error {
	if !b.Weighted() {
		return nil
	}
	raw, err := c.groups.Raw(ctx, a.Group)
	if err != nil {
		return err
	}
	listener, err := c.listener(ctx, b.Listener)
	if err != nil {
		return err
	}
	rules, err := c.rules(ctx, listener, b.Rules)
	if err != nil {
		return err
	}
	in := &elasticloadbalancingv2.AddTagsInput{Tags: []elbv2types.Tag{{Key: aws.String(tag.App), Value: aws.String(string(a.App))}}}
	for _, r := range rules {
		for _, t := range targets(r.Actions) {
			if arn := aws.ToString(t.TargetGroupArn); slices.Contains(groups.Attachments(raw), arn) && !slices.Contains(in.ResourceArns, arn) {
				in.ResourceArns = append(in.ResourceArns, arn)
			}
		}
	}
	if len(in.ResourceArns) == 0 {
		return nil
	}
	if _, err := c.elbv2.AddTags(ctx, in); err != nil {
		return answer.Named("target group of "+string(a.Group), err)
	}
	return nil
}
