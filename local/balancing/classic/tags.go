package classic

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"

	"gekko/local/balancing/tags"
	"gekko/local/wire"
)

// AddTagsClassic sets tags on a balancer. AWS takes one balancer a call.
func (b *Classic) AddTagsClassic(_ context.Context, in *elb.AddTagsInput) (*elb.AddTagsOutput, error) {
	c, err := b.single(in.LoadBalancerNames)
	if err != nil {
		return nil, err
	}
	set, err := c.tags.With(pairs(in.Tags))
	if err != nil {
		return nil, err
	}
	c.tags = set
	return &elb.AddTagsOutput{}, nil
}

// RemoveTagsClassic removes tags by key. AWS takes one balancer a call.
func (b *Classic) RemoveTagsClassic(_ context.Context, in *elb.RemoveTagsInput) (*elb.RemoveTagsOutput, error) {
	c, err := b.single(in.LoadBalancerNames)
	if err != nil {
		return nil, err
	}
	for _, t := range in.Tags {
		delete(c.tags, aws.ToString(t.Key))
	}
	return &elb.RemoveTagsOutput{}, nil
}

func (b *Classic) single(names []string) (*balancer, error) {
	if len(names) != 1 {
		return nil, wire.Invalid("Exactly one load balancer name must be specified")
	}
	return b.balancer(&names[0])
}

// DescribeTagsClassic tells the tags of each balancer named.
func (b *Classic) DescribeTagsClassic(_ context.Context, in *elb.DescribeTagsInput) (*elb.DescribeTagsOutput, error) {
	if len(in.LoadBalancerNames) > 20 {
		return nil, wire.Invalid("At most 20 load balancers can be described in one call")
	}
	out := &elb.DescribeTagsOutput{TagDescriptions: []types.TagDescription{}}
	for _, name := range in.LoadBalancerNames {
		c, err := b.balancer(&name)
		if err != nil {
			return nil, err
		}
		d := types.TagDescription{LoadBalancerName: aws.String(name), Tags: []types.Tag{}}
		for _, key := range c.tags.Keys() {
			d.Tags = append(d.Tags, types.Tag{Key: aws.String(key), Value: aws.String(c.tags[key])})
		}
		out.TagDescriptions = append(out.TagDescriptions, d)
	}
	return out, nil
}

func pairs(in []types.Tag) []tags.Pair {
	var out []tags.Pair
	for _, t := range in {
		out = append(out, tags.Pair{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)})
	}
	return out
}
