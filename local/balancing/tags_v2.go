package balancing

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/wire"
)

// AddTags sets tags on balancers, target groups, listeners and rules: on all, or on none.
func (b *Balancers) AddTags(_ context.Context, in *elbv2.AddTagsInput) (*elbv2.AddTagsOutput, error) {
	changed := make(map[*tags]tags)
	for _, arn := range in.ResourceArns {
		t, err := b.tagsOf(arn)
		if err != nil {
			return nil, err
		}
		if changed[t], err = t.with(pairsV2(in.Tags)); err != nil {
			return nil, err
		}
	}
	for t, set := range changed {
		*t = set
	}
	return &elbv2.AddTagsOutput{}, nil
}

// RemoveTags removes tags by key.
func (b *Balancers) RemoveTags(_ context.Context, in *elbv2.RemoveTagsInput) (*elbv2.RemoveTagsOutput, error) {
	var all []*tags
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
func (b *Balancers) DescribeTags(_ context.Context, in *elbv2.DescribeTagsInput) (*elbv2.DescribeTagsOutput, error) {
	if len(in.ResourceArns) > 20 {
		return nil, wire.Errorf("ValidationError", "At most 20 resources can be described in one call")
	}
	out := &elbv2.DescribeTagsOutput{TagDescriptions: []types.TagDescription{}}
	for _, arn := range in.ResourceArns {
		t, err := b.tagsOf(arn)
		if err != nil {
			return nil, err
		}
		d := types.TagDescription{ResourceArn: aws.String(arn), Tags: []types.Tag{}}
		for _, key := range t.keys() {
			d.Tags = append(d.Tags, types.Tag{Key: aws.String(key), Value: aws.String((*t)[key])})
		}
		out.TagDescriptions = append(out.TagDescriptions, d)
	}
	return out, nil
}

// tagsOf finds the tags of whatever an ARN names.
func (b *Balancers) tagsOf(arn string) (*tags, error) {
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
	return nil, wire.Errorf("ValidationError", "'%s' is not a valid load balancer ARN", arn)
}

func pairsV2(in []types.Tag) []pair {
	var out []pair
	for _, t := range in {
		out = append(out, pair{aws.ToString(t.Key), aws.ToString(t.Value)})
	}
	return out
}
