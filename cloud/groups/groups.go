// Package groups reads auto-scaling groups as AWS describes them, and tags them.
// It makes and changes none.
package groups

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko"
	"gekko/cloud/answer"
	"gekko/cloud/tag"
)

// Groups reads and tags the auto-scaling groups of one account and region.
type Groups struct{ autoscaling *autoscaling.Client }

// New makes groups of a client.
func New(a *autoscaling.Client) *Groups { return &Groups{a} }

// Describe lists groups, page by page.
func (g *Groups) Describe(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, how ...func(*autoscaling.Options)) ([]types.AutoScalingGroup, error) {
	in.MaxRecords = aws.Int32(100)
	var all []types.AutoScalingGroup
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(g.autoscaling, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, how...)
		if err != nil {
			return nil, answer.Named("groups", err)
		}
		all = append(all, page.AutoScalingGroups...)
	}
	return all, nil
}

// Raw is an ErrNotFound for a name that no group bears.
func (g *Groups) Raw(ctx context.Context, name gekko.GroupName) (types.AutoScalingGroup, error) {
	all, err := g.Describe(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{string(name)}})
	if err != nil {
		return types.AutoScalingGroup{}, err
	}
	if len(all) == 0 {
		return types.AutoScalingGroup{}, fmt.Errorf("group %s: %w", name, gekko.ErrNotFound)
	}
	return all[0], nil
}

// Hooks are a group's lifecycle hooks.
func (g *Groups) Hooks(ctx context.Context, name gekko.GroupName) ([]types.LifecycleHook, error) {
	out, err := g.autoscaling.DescribeLifecycleHooks(ctx, &autoscaling.DescribeLifecycleHooksInput{AutoScalingGroupName: aws.String(string(name))})
	if answer.Code(err) == "InvalidAction" {
		return nil, nil // a cloud that knows no hooks has none
	}
	if err != nil {
		return nil, answer.Named("hooks of group "+string(name), err)
	}
	return out.LifecycleHooks, nil
}

// Put puts tags on a group that its instances do not get; an empty value
// takes the tag away. All that are put change together.
func (g *Groups) Put(ctx context.Context, name gekko.GroupName, tags map[string]string) error {
	if err := tag.Check(tags); err != nil {
		return answer.Named("group "+string(name), err)
	}
	var put, drop []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		t := types.Tag{
			Key: aws.String(key), PropagateAtLaunch: aws.Bool(false),
			ResourceId: aws.String(string(name)), ResourceType: aws.String("auto-scaling-group"),
		}
		if tags[key] == "" {
			drop = append(drop, t)
			continue
		}
		t.Value = aws.String(tags[key])
		put = append(put, t)
	}
	if len(put) > 0 {
		if _, err := g.autoscaling.CreateOrUpdateTags(ctx, &autoscaling.CreateOrUpdateTagsInput{Tags: put}); err != nil {
			return answer.Named("group "+string(name), err)
		}
	}
	if len(drop) > 0 {
		if _, err := g.autoscaling.DeleteTags(ctx, &autoscaling.DeleteTagsInput{Tags: drop}); err != nil {
			return answer.Named("group "+string(name), err)
		}
	}
	return nil
}

// Tags are a group's tags by their keys.
func Tags(raw types.AutoScalingGroup) map[string]string {
	tags := map[string]string{}
	for _, t := range raw.Tags {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags
}

// Attachments are the target groups' ARNs and the Classic balancers' names that
// a group is attached to, by whichever call.
func Attachments(raw types.AutoScalingGroup) []string {
	all := slices.Concat(raw.TargetGroupARNs, raw.LoadBalancerNames)
	for _, t := range raw.TrafficSources {
		all = append(all, aws.ToString(t.Identifier))
	}
	return all
}
