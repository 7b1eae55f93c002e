package images

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud/answer"
)

// filterLimit is how many values EC2 takes in one filter
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html).
const filterLimit = 200

// uses collects what runs from an app's snapshots, or could launch them.
type uses struct {
	images    map[string]gekko.SnapshotName // by id
	templates map[string]gekko.SnapshotName // by id
	by        map[gekko.SnapshotName][]string
}

// Uses says what needs an app's snapshots, in words: instances, groups of any
// app, launch configurations, and templates in any of their versions. A
// snapshot's own template is part of it, and no use.
func (c *Store) Uses(ctx context.Context, app gekko.AppName) (map[gekko.SnapshotName][]string, error) {
	snapshots, err := c.Snapshots(ctx, app)
	if err != nil {
		return nil, err
	}
	u := uses{map[string]gekko.SnapshotName{}, map[string]gekko.SnapshotName{}, map[gekko.SnapshotName][]string{}}
	for _, s := range snapshots {
		u.images[string(s.Image)] = s.Name
		if s.Template != "" {
			u.templates[string(s.Template)] = s.Name
		}
	}
	if len(snapshots) == 0 {
		return u.by, nil
	}
	for _, look := range []func(context.Context, uses) error{c.instanceUses, c.groupUses, c.configurationUses, c.templateUses} {
		if err := look(ctx, u); err != nil {
			return nil, err
		}
	}
	return u.by, nil
}

func (u uses) add(name gekko.SnapshotName, format string, args ...any) {
	if what := fmt.Sprintf(format, args...); !slices.Contains(u.by[name], what) {
		u.by[name] = append(u.by[name], what)
	}
}

func (c *Store) instanceUses(ctx context.Context, u uses) error {
	running := map[gekko.SnapshotName][]string{}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(u.images)), filterLimit) {
		found, err := c.instances(ctx, having("image-id", ids...), having("instance-state-name", alive...))
		if err != nil {
			return err
		}
		for _, i := range found {
			name := u.images[aws.ToString(i.ImageId)]
			running[name] = append(running[name], aws.ToString(i.InstanceId))
		}
	}
	for name, ids := range running {
		if len(ids) == 1 {
			u.add(name, "instance %s", ids[0])
			continue
		}
		u.add(name, "%s, %s among them", gekko.Count(len(ids), "instance"), slices.Min(ids))
	}
	return nil
}

func (c *Store) groupUses(ctx context.Context, u uses) error {
	in := &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(100)}
	for pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(c.autoscaling, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return answer.Named("groups", err)
		}
		for _, g := range page.AutoScalingGroups {
			u.group(g)
		}
	}
	return nil
}

// group adds what a group launches from.
func (u uses) group(g types.AutoScalingGroup) {
	of := []*types.LaunchTemplateSpecification{LaunchTemplate(g)}
	if m := g.MixedInstancesPolicy; m != nil && m.LaunchTemplate != nil {
		for _, o := range m.LaunchTemplate.Overrides {
			of = append(of, o.LaunchTemplateSpecification)
			if name, ok := u.images[aws.ToString(o.ImageId)]; ok {
				u.add(name, "group %s", aws.ToString(g.AutoScalingGroupName))
			}
		}
	}
	for _, t := range of {
		if t == nil {
			continue
		}
		if name, ok := u.templates[aws.ToString(t.LaunchTemplateId)]; ok {
			u.add(name, "group %s", aws.ToString(g.AutoScalingGroupName))
		}
	}
}

// LaunchTemplate is the one that a group names.
func LaunchTemplate(raw types.AutoScalingGroup) *types.LaunchTemplateSpecification {
	if p := raw.MixedInstancesPolicy; raw.LaunchTemplate == nil && p != nil && p.LaunchTemplate != nil {
		return p.LaunchTemplate.LaunchTemplateSpecification
	}
	return raw.LaunchTemplate
}

func (c *Store) configurationUses(ctx context.Context, u uses) error {
	for pages := autoscaling.NewDescribeLaunchConfigurationsPaginator(c.autoscaling, &autoscaling.DescribeLaunchConfigurationsInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return answer.Named("launch configurations", err)
		}
		for _, l := range page.LaunchConfigurations {
			if name, ok := u.images[aws.ToString(l.ImageId)]; ok {
				u.add(name, "launch configuration %s", aws.ToString(l.LaunchConfigurationName))
			}
		}
	}
	return nil
}

// templateUses looks through all versions of all templates, but for those that
// have only the version that gekko made with the snapshot.
func (c *Store) templateUses(ctx context.Context, u uses) error {
	all, err := c.templates(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.SortedFunc(maps.Keys(all), func(a, b gekko.SnapshotName) int { return strings.Compare(string(a), string(b)) }) {
		t := all[name]
		own, ours := u.templates[aws.ToString(t.LaunchTemplateId)]
		if ours && aws.ToInt64(t.LatestVersionNumber) == 1 {
			continue
		}
		versions, err := c.templateVersions(ctx, t)
		if err != nil {
			return err
		}
		for _, v := range versions {
			if v.LaunchTemplateData == nil {
				continue
			}
			used, ok := u.images[aws.ToString(v.LaunchTemplateData.ImageId)]
			if ok && !(ours && used == own) {
				u.add(used, "launch template %s:%d", name, aws.ToInt64(v.VersionNumber))
			}
		}
	}
	return nil
}

func (c *Store) templateVersions(ctx context.Context, t ec2types.LaunchTemplate) ([]ec2types.LaunchTemplateVersion, error) {
	var all []ec2types.LaunchTemplateVersion
	in := &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: t.LaunchTemplateId}
	for pages := ec2.NewDescribeLaunchTemplateVersionsPaginator(c.ec2, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if answer.Gone(answer.Kind(err)) {
			return nil, nil // deleted since it was listed
		}
		if err != nil {
			return nil, answer.Named("launch template "+aws.ToString(t.LaunchTemplateName), err)
		}
		all = append(all, page.LaunchTemplateVersions...)
	}
	return all, nil
}
