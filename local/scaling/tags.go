package scaling

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/wire"
)

// AWS's limits of tags, from the API reference of Tag.
const (
	tagsOfGroup = 50
	longestKey  = 128
	longestTag  = 256
	groupType   = "auto-scaling-group"
)

// tag puts a tag on a group or replaces the one of its key.
func (g *group) tag(t types.Tag) error {
	key := aws.ToString(t.Key)
	switch {
	case key == "" || len([]rune(key)) > longestKey || len([]rune(aws.ToString(t.Value))) > longestTag:
		return wire.Invalid("The tag %q is not valid: a key has 1 to %d characters, a value at most %d", key, longestKey, longestTag)
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return wire.Invalid("Tag keys beginning with aws: are reserved: %s", key)
	case t.ResourceType != nil && *t.ResourceType != groupType:
		return wire.Invalid("Invalid resource type %s: it must be %s", *t.ResourceType, groupType)
	}
	kept := types.Tag{
		Key: &key, Value: aws.String(aws.ToString(t.Value)), PropagateAtLaunch: aws.Bool(aws.ToBool(t.PropagateAtLaunch)),
		ResourceId: &g.name, ResourceType: aws.String(groupType),
	}
	if i := g.tagIndex(key); i >= 0 {
		g.tags[i] = kept
		return nil
	}
	if len(g.tags) >= tagsOfGroup {
		return wire.Errorf("LimitExceeded", "The group %s has %d tags already, the most there may be.", g.name, tagsOfGroup)
	}
	g.tags = append(g.tags, kept)
	slices.SortFunc(g.tags, func(a, b types.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return nil
}

func (g *group) tagIndex(key string) int {
	return slices.IndexFunc(g.tags, func(t types.Tag) bool { return *t.Key == key })
}

func (g *group) describedTags() []types.TagDescription {
	var all []types.TagDescription
	for _, t := range g.tags {
		all = append(all, types.TagDescription(t))
	}
	return all
}

// CreateOrUpdateTags tags groups; running instances keep the tags they have.
func (s *Scaling) CreateOrUpdateTags(_ context.Context, in *autoscaling.CreateOrUpdateTagsInput) (*autoscaling.CreateOrUpdateTagsOutput, error) {
	for _, t := range in.Tags {
		g, err := s.find(t.ResourceId)
		if err != nil {
			return nil, err
		}
		if err := g.tag(t); err != nil {
			return nil, err
		}
	}
	return &autoscaling.CreateOrUpdateTagsOutput{}, nil
}

// DeleteTags takes tags off groups; those that are not there are no error.
func (s *Scaling) DeleteTags(_ context.Context, in *autoscaling.DeleteTagsInput) (*autoscaling.DeleteTagsOutput, error) {
	for _, t := range in.Tags {
		g, err := s.find(t.ResourceId)
		if err != nil {
			return nil, err
		}
		if i := g.tagIndex(aws.ToString(t.Key)); i >= 0 {
			g.tags = slices.Delete(g.tags, i, i+1)
		}
	}
	return &autoscaling.DeleteTagsOutput{}, nil
}

// DescribeTags lists the tags of all groups, filtered by group, key, value or
// propagation.
func (s *Scaling) DescribeTags(_ context.Context, in *autoscaling.DescribeTagsInput) (*autoscaling.DescribeTagsOutput, error) {
	var all []types.TagDescription
	for _, g := range s.inOrder() {
		for _, t := range g.describedTags() {
			passes, err := describedTagPasses(t, in.Filters)
			if err != nil {
				return nil, err
			}
			if passes {
				all = append(all, t)
			}
		}
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxRecords, 100)
	if err != nil {
		return nil, err
	}
	return &autoscaling.DescribeTagsOutput{Tags: page, NextToken: next}, nil
}

func describedTagPasses(t types.TagDescription, filters []types.Filter) (bool, error) {
	for _, f := range filters {
		var value string
		switch aws.ToString(f.Name) {
		case "auto-scaling-group":
			value = *t.ResourceId
		case "key":
			value = *t.Key
		case "value":
			value = *t.Value
		case "propagate-at-launch":
			value = "false"
			if *t.PropagateAtLaunch {
				value = "true"
			}
		default:
			return false, wire.Invalid("Filter type %s is not correct. Allowed Filter types are: auto-scaling-group, key, value, propagate-at-launch", aws.ToString(f.Name))
		}
		if !slices.Contains(f.Values, value) {
			return false, nil
		}
	}
	return true, nil
}
