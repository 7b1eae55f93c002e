// Package tags holds the tags of balancers and of what belongs to them to ELB's
// rules. It knows neither API: both bring their tags as pairs.
package tags

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"gekko/local/wire"
)

// Tags are those of one balancer, target group, listener or rule.
type Tags map[string]string

// text is what ELB allows in keys and values.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-tags.html
var text = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

const each = 50

// Pair is a tag of either API.
type Pair struct{ Key, Value string }

// With gives the tags with pairs added, or AWS's refusal of one of them.
func (t Tags) With(pairs []Pair) (Tags, error) {
	out := maps.Clone(t)
	if out == nil {
		out = make(Tags)
	}
	seen := make(map[string]bool)
	for _, p := range pairs {
		switch {
		case seen[p.Key]:
			return nil, wire.Errorf("DuplicateTagKeys", "Tag key was specified more than once: %s", p.Key)
		case p.Key == "" || len([]rune(p.Key)) > 128 || !text.MatchString(p.Key):
			return nil, wire.Invalid("The tag key '%s' must have 1 to 128 characters, which are letters, spaces, digits and _.:/=+-@", p.Key)
		case len([]rune(p.Value)) > 256 || !text.MatchString(p.Value):
			return nil, wire.Invalid("The value of the tag '%s' must have at most 256 characters, which are letters, spaces, digits and _.:/=+-@", p.Key)
		case strings.HasPrefix(strings.ToLower(p.Key), "aws:"):
			return nil, wire.Invalid("The tag key '%s' is reserved: it begins with aws:", p.Key)
		}
		seen[p.Key] = true
		out[p.Key] = p.Value
	}
	if len(out) > each {
		return nil, wire.Errorf("TooManyTags", "The number of tags exceeds the limit of %d", each)
	}
	return out, nil
}

// Keys are the tags' keys in their order.
func (t Tags) Keys() []string { return slices.Sorted(maps.Keys(t)) }
