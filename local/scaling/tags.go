package scaling

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/scaling/tags"
	"gekko/local/wire"
)

// CreateOrUpdateTags tags groups; running instances keep the tags they have.
func (s *Scaling) CreateOrUpdateTags(_ context.Context, in *autoscaling.CreateOrUpdateTagsInput) (*autoscaling.CreateOrUpdateTagsOutput, error) {
	for _, t := range in.Tags {
		g, err := s.find(t.ResourceId)
		if err != nil {
			return nil, err
		}
		if err := g.tags.Put(t); err != nil {
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
		g.tags.Delete(aws.ToString(t.Key))
	}
	return &autoscaling.DeleteTagsOutput{}, nil
}

// DescribeTags lists the tags of all groups, filtered by group, key, value or
// propagation.
func (s *Scaling) DescribeTags(_ context.Context, in *autoscaling.DescribeTagsInput) (*autoscaling.DescribeTagsOutput, error) {
	var all []types.TagDescription
	for _, g := range s.inOrder() {
		for _, t := range g.tags.All() {
			passes, err := tags.Passes(t, in.Filters)
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
