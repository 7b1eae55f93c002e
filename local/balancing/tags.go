package balancing

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"gekko/local/wire"
)

// tags are those of one balancer, target group, listener or rule.
type tags map[string]string

// tagText is what ELB allows in keys and values.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-tags.html
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

const tagsEach = 50

// pair is a tag of either API.
type pair struct{ key, value string }

// with gives the tags with pairs added, or AWS's refusal of one of them.
func (t tags) with(pairs []pair) (tags, error) {
	out := maps.Clone(t)
	if out == nil {
		out = make(tags)
	}
	seen := make(map[string]bool)
	for _, p := range pairs {
		switch {
		case seen[p.key]:
			return nil, wire.Errorf("DuplicateTagKeys", "Tag key was specified more than once: %s", p.key)
		case p.key == "" || len([]rune(p.key)) > 128 || !tagText.MatchString(p.key):
			return nil, wire.Errorf("ValidationError", "The tag key '%s' must have 1 to 128 characters, which are letters, spaces, digits and _.:/=+-@", p.key)
		case len([]rune(p.value)) > 256 || !tagText.MatchString(p.value):
			return nil, wire.Errorf("ValidationError", "The value of the tag '%s' must have at most 256 characters, which are letters, spaces, digits and _.:/=+-@", p.key)
		case strings.HasPrefix(strings.ToLower(p.key), "aws:"):
			return nil, wire.Errorf("ValidationError", "The tag key '%s' is reserved: it begins with aws:", p.key)
		}
		seen[p.key] = true
		out[p.key] = p.value
	}
	if len(out) > tagsEach {
		return nil, wire.Errorf("TooManyTags", "The number of tags exceeds the limit of %d", tagsEach)
	}
	return out, nil
}

func (t tags) keys() []string { return slices.Sorted(maps.Keys(t)) }
