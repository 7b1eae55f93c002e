// Package tags is the tags of groups, and the filters that look for them.
package tags

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
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

// Tags are those of one group, in the order of their keys.
type Tags struct {
	Group string
	all   []types.Tag
}

// Put adds a tag or replaces the one of its key.
func (g *Tags) Put(t types.Tag) error {
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
		ResourceId: &g.Group, ResourceType: aws.String(groupType),
	}
	if i := g.index(key); i >= 0 {
		g.all[i] = kept
		return nil
	}
	if len(g.all) >= tagsOfGroup {
		return wire.Errorf("LimitExceeded", "The group %s has %d tags already, the most there may be.", g.Group, tagsOfGroup)
	}
	g.all = append(g.all, kept)
	slices.SortFunc(g.all, func(a, b types.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return nil
}

// Delete takes a tag off; one that is not there is no error.
func (g *Tags) Delete(key string) {
	if i := g.index(key); i >= 0 {
		g.all = slices.Delete(g.all, i, i+1)
	}
}

func (g *Tags) index(key string) int {
	return slices.IndexFunc(g.all, func(t types.Tag) bool { return *t.Key == key })
}

// All lists the tags as they are described.
func (g *Tags) All() []types.TagDescription {
	var all []types.TagDescription
	for _, t := range g.all {
		all = append(all, types.TagDescription(t))
	}
	return all
}

// AtLaunch are the tags that new instances get.
func (g *Tags) AtLaunch() []types.Tag {
	return slices.DeleteFunc(slices.Clone(g.all), func(t types.Tag) bool { return !*t.PropagateAtLaunch })
}

// Pass tells whether a group with these tags is one that filters ask for.
func (g *Tags) Pass(filters []types.Filter) bool {
	for _, f := range filters {
		if !slices.ContainsFunc(g.all, func(t types.Tag) bool { return tagPasses(t, f) }) {
			return false
		}
	}
	return true
}

func tagPasses(t types.Tag, f types.Filter) bool {
	key, byKey := strings.CutPrefix(*f.Name, "tag:")
	switch {
	case byKey:
		return *t.Key == key && slices.Contains(f.Values, aws.ToString(t.Value))
	case *f.Name == "tag-key":
		return slices.Contains(f.Values, *t.Key)
	}
	return slices.Contains(f.Values, aws.ToString(t.Value))
}

// Passes tells whether a tag is one that filters ask for.
func Passes(t types.TagDescription, filters []types.Filter) (bool, error) {
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
