package application

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/balancing/tags"
	"gekko/local/wire"
)

// AddTags sets tags on balancers, target groups, listeners and rules: on all, or on none.
func (b *Application) AddTags(_ context.Context, in *elbv2.AddTagsInput) (*elbv2.AddTagsOutput, error) {
	changed := make(map[*tags.Tags]tags.Tags)
	for _, arn := range in.ResourceArns {
		t, err := b.tagsOf(arn)
		if err != nil {
			return nil, err
		}
		if changed[t], err = t.With(pairs(in.Tags)); err != nil {
			return nil, err
		}
	}
	for t, set := range changed {
		*t = set
	}
	return &elbv2.AddTagsOutput{}, nil
}

// RemoveTags removes tags by key.
func (b *Application) RemoveTags(_ context.Context, in *elbv2.RemoveTagsInput) (*elbv2.RemoveTagsOutput, error) {
	var all []*tags.Tags
	for _, arn := range in.ResourceArns {
		t, err := b.tagsOf(arn)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	for _, t := range all {
		for _, key := range in.TagKeys {
			delete(*t, key)
		}
	}
	return &elbv2.RemoveTagsOutput{}, nil
}

// DescribeTags tells the tags of each thing named.
func (b *Application) DescribeTags(_ context.Context, in *elbv2.DescribeTagsInput) (*elbv2.DescribeTagsOutput, error) {
	if len(in.ResourceArns) > 20 {
		return nil, wire.Invalid("At most 20 resources can be described in one call")
	}
	out := &elbv2.DescribeTagsOutput{TagDescriptions: []types.TagDescription{}}
	for _, arn := range in.ResourceArns {
		t, err := b.tagsOf(arn)
		if err != nil {
			return nil, err
		}
		d := types.TagDescription{ResourceArn: aws.String(arn), Tags: []types.Tag{}}
		for _, key := range t.Keys() {
			d.Tags = append(d.Tags, types.Tag{Key: aws.String(key), Value: aws.String((*t)[key])})
		}
		out.TagDescriptions = append(out.TagDescriptions, d)
	}
	return out, nil
}

// tagsOf finds the tags of whatever an ARN names.
func (b *Application) tagsOf(arn string) (*tags.Tags, error) {
	kind, _, _ := strings.Cut(arn[strings.LastIndexByte(arn, ':')+1:], "/")
	switch kind {
	case "loadbalancer":
		lb, err := b.balancer(&arn)
		if err != nil {
			return nil, err
		}
		return &lb.tags, nil
	case "targetgroup":
		g, err := b.group(&arn)
		if err != nil {
			return nil, err
		}
		return &g.tags, nil
	case "listener":
		l, err := b.listener(&arn)
		if err != nil {
			return nil, err
		}
		return &l.tags, nil
	case "listener-rule":
		r, err := b.rule(&arn)
		if err != nil {
			return nil, err
		}
		return &r.tags, nil
	}
	return nil, wire.Invalid("'%s' is not a valid load balancer ARN", arn)
}

func pairs(in []types.Tag) []tags.Pair {
	var out []tags.Pair
	for _, t := range in {
		out = append(out, tags.Pair{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)})
	}
	return out
}
