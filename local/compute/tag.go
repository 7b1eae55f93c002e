package compute

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// kept gives every kind of thing that can be tagged.
func (c *Cloud) kept() []shelf.Kept {
	all := []shelf.Kept{c.instances, c.images, c.interfaces()}
	return slices.Concat(all, c.storage.Kept(), c.Pairs.Kept(), c.Network.Kept(), c.Templates.Kept())
}

// checkResources refuses ids that are none, or of nothing that is there.
func (c *Cloud) checkResources(ids []string) error {
	if len(ids) == 0 {
		return missing("resourceIdSet")
	}
	kept := c.kept()
	for _, id := range ids {
		prefix, _, _ := strings.Cut(id, "-")
		at := slices.IndexFunc(kept, func(k shelf.Kept) bool { return k.Kind().Prefix == prefix })
		if at < 0 {
			return wire.Errorf("InvalidID", "The ID '%s' is not valid", id)
		}
		if err := kept[at].Has(id); err != nil {
			return err
		}
	}
	return nil
}

// CreateTags sets tags of several resources.
func (c *Cloud) CreateTags(ctx context.Context, in *ec2.CreateTagsInput) (*ec2.CreateTagsOutput, error) {
	if err := c.checkResources(in.Resources); err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 {
		return nil, missing("tagSet")
	}
	if err := shelf.CheckTags(in.Tags); err != nil {
		return nil, err
	}
	for _, id := range in.Resources {
		if err := c.tags.Put(id, in.Tags); err != nil {
			return nil, err
		}
		c.tagged(id)
	}
	return &ec2.CreateTagsOutput{}, nil
}

// tagged lets an instance's metadata follow its tags.
func (c *Cloud) tagged(id string) {
	if i, there := c.instances.Look(id); there {
		c.refresh(i)
	}
}

// DeleteTags removes tags of several resources: by key, by key and value, or,
// without any, all.
func (c *Cloud) DeleteTags(ctx context.Context, in *ec2.DeleteTagsInput) (*ec2.DeleteTagsOutput, error) {
	if err := c.checkResources(in.Resources); err != nil {
		return nil, err
	}
	for _, id := range in.Resources {
		c.tags.Delete(id, in.Tags)
		c.tagged(id)
	}
	return &ec2.DeleteTagsOutput{}, nil
}

var tagFacts = shelf.Facts[types.TagDescription]{
	"key":           func(t types.TagDescription) []string { return shelf.Text(t.Key) },
	"value":         func(t types.TagDescription) []string { return shelf.Text(t.Value) },
	"resource-id":   func(t types.TagDescription) []string { return shelf.Text(t.ResourceId) },
	"resource-type": func(t types.TagDescription) []string { return []string{string(t.ResourceType)} },
}

// DescribeTags finds tags, whatever they are on.
func (c *Cloud) DescribeTags(ctx context.Context, in *ec2.DescribeTagsInput) (*ec2.DescribeTagsOutput, error) {
	var all []types.TagDescription
	for _, k := range c.kept() {
		for _, id := range k.IDs() {
			for _, tag := range c.tags.Of(id) {
				all = append(all, types.TagDescription{Key: tag.Key, Value: tag.Value, ResourceId: &id, ResourceType: types.ResourceType(k.Kind().Type)})
			}
		}
	}
	found, err := shelf.Select(byTagFilters(all, in.Filters), plainFilters(in.Filters), tagFacts)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(found, nil, 5, in.NextToken, in.MaxResults)
	return &ec2.DescribeTagsOutput{Tags: page, NextToken: next}, err
}

// plainFilters are the filters but those of the form tag:KEY, which of all
// operations on EC2 work differently here: they ask for that key's tags.
func plainFilters(filters []types.Filter) []types.Filter {
	return slices.DeleteFunc(slices.Clone(filters), func(f types.Filter) bool { return strings.HasPrefix(aws.ToString(f.Name), "tag:") })
}

func byTagFilters(all []types.TagDescription, filters []types.Filter) []types.TagDescription {
	for _, f := range filters {
		key, ok := strings.CutPrefix(aws.ToString(f.Name), "tag:")
		if !ok {
			continue
		}
		all = slices.DeleteFunc(all, func(t types.TagDescription) bool {
			return *t.Key != key || !slices.ContainsFunc(f.Values, func(p string) bool { return shelf.Match(p, *t.Value) })
		})
	}
	return all
}
