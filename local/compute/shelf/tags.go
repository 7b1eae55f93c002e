package shelf

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// AWS's limits of tags on EC2's resources
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html).
const (
	maxTags  = 50
	maxKey   = 127
	maxValue = 256
	reserved = "aws:" // prefix of keys that AWS alone sets; they do not count
)

// Tags are the tags of all resources, by id. A list of tags that was given out
// never changes: a change makes a new one.
type Tags struct{ of map[string][]types.Tag }

// NewTags makes an account without tags.
func NewTags() *Tags { return &Tags{of: map[string][]types.Tag{}} }

// Of gives the tags of a resource.
func (t *Tags) Of(id string) []types.Tag { return t.of[id] }

// List gives the tags of a resource as AWS tells them where no tags are an
// empty list.
func (t *Tags) List(id string) []types.Tag { return append([]types.Tag{}, t.of[id]...) }

// Value gives the value of one tag.
func (t *Tags) Value(id, key string) (string, bool) {
	for _, tag := range t.of[id] {
		if value(tag.Key) == key {
			return value(tag.Value), true
		}
	}
	return "", false
}

// Put sets tags of a resource, those of the same keys anew, or refuses if they
// would be too many.
func (t *Tags) Put(id string, tags []types.Tag) error {
	merged := Merge(t.of[id], tags)
	if err := checkNumber(merged); err != nil {
		return err
	}
	if len(merged) > 0 {
		t.of[id] = merged
	}
	return nil
}

// Delete removes tags by key, and by value where one is given; none at all:
// every tag but AWS's own.
func (t *Tags) Delete(id string, tags []types.Tag) {
	var left []types.Tag
	for _, tag := range t.of[id] {
		goes := len(tags) == 0 && !strings.HasPrefix(value(tag.Key), reserved)
		for _, d := range tags {
			goes = goes || value(d.Key) == value(tag.Key) && (d.Value == nil || *d.Value == value(tag.Value))
		}
		if !goes {
			left = append(left, tag)
		}
	}
	t.of[id] = left
}

func (t *Tags) drop(id string) { delete(t.of, id) }

// onTags says whether a filter is one on tags, which every kind has.
func onTags(filter string) bool {
	return strings.HasPrefix(filter, "tag:") || filter == "tag-key" || filter == "tag-value"
}

// fit tells whether a resource has what a filter on tags asks for.
func (t *Tags) fit(id, filter string, patterns []string) bool {
	key, one := strings.CutPrefix(filter, "tag:")
	return slices.ContainsFunc(t.of[id], func(tag types.Tag) bool {
		switch {
		case one && value(tag.Key) == key, filter == "tag-value":
			return anyMatches(patterns, value(tag.Value))
		case filter == "tag-key":
			return anyMatches(patterns, value(tag.Key))
		}
		return false
	})
}

// Merge gives base with the tags of over, which win.
func Merge(base, over []types.Tag) []types.Tag {
	merged := slices.Clone(base)
	for _, tag := range over {
		tag = types.Tag{Key: new(value(tag.Key)), Value: new(value(tag.Value))}
		if n := slices.IndexFunc(merged, func(o types.Tag) bool { return value(o.Key) == *tag.Key }); n >= 0 {
			merged[n] = tag
		} else {
			merged = append(merged, tag)
		}
	}
	return merged
}

// Specified gives the tags that a request's specifications give to each type of
// resource, or refuses a type that the operation does not make and tags that
// break AWS's rules.
func Specified(specs []types.TagSpecification, made ...types.ResourceType) (map[types.ResourceType][]types.Tag, error) {
	tags := map[types.ResourceType][]types.Tag{}
	for _, s := range specs {
		if !slices.Contains(made, s.ResourceType) {
			return nil, wire.Errorf("InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", s.ResourceType)
		}
		if _, twice := tags[s.ResourceType]; twice {
			return nil, wire.Errorf("InvalidParameterValue", "Tag specification resource type '%s' is given more than once.", s.ResourceType)
		}
		if err := CheckTags(s.Tags); err != nil {
			return nil, err
		}
		tags[s.ResourceType] = s.Tags
	}
	return tags, nil
}

// CheckTags refuses tags that break AWS's rules of length and number, or occur
// twice. Reserved keys are refused by CheckKeys, since Auto Scaling sets some.
func CheckTags(tags []types.Tag) error {
	var keys []string
	for _, tag := range tags {
		key := value(tag.Key)
		switch {
		case key == "":
			return wire.Errorf("InvalidParameterValue", "Tag keys must not be null or empty.")
		case utf8.RuneCountInString(key) > maxKey && !strings.HasPrefix(key, reserved):
			return wire.Errorf("InvalidParameterValue", "Tag key exceeds the maximum length of %d characters", maxKey)
		case utf8.RuneCountInString(value(tag.Value)) > maxValue:
			return wire.Errorf("InvalidParameterValue", "Tag value exceeds the maximum length of %d characters", maxValue)
		case slices.Contains(keys, key):
			return wire.Errorf("InvalidParameterValue", "Duplicate tag key '%s' specified.", key)
		}
		keys = append(keys, key)
	}
	return checkNumber(tags)
}

func checkNumber(tags []types.Tag) error {
	counted := 0
	for _, tag := range tags {
		if !strings.HasPrefix(value(tag.Key), reserved) {
			counted++
		}
	}
	if counted > maxTags {
		return wire.Errorf("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
	}
	return nil
}

// CheckKeys refuses keys that AWS keeps for itself.
func CheckKeys(tags []types.Tag) error {
	for _, tag := range tags {
		if strings.HasPrefix(strings.ToLower(value(tag.Key)), reserved) {
			return wire.Errorf("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
		}
	}
	return nil
}
