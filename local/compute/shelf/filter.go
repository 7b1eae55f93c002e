package shelf

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// Select gives the things that pass every filter, for things that have no id
// of their own.
func Select[T any](things []T, filters []types.Filter, facts Facts[T]) ([]T, error) {
	for _, f := range filters {
		if _, known := facts[value(f.Name)]; !known {
			return nil, unknownFilter(f)
		}
	}
	var found []T
	for _, thing := range things {
		all := true
		for _, f := range filters {
			all = all && matches(f.Values, facts[value(f.Name)](thing))
		}
		if all {
			found = append(found, thing)
		}
	}
	return found, nil
}

// matches says whether any value fits any pattern.
func matches(patterns, values []string) bool {
	for _, p := range patterns {
		for _, v := range values {
			if Match(p, v) {
				return true
			}
		}
	}
	return false
}

// Match says whether a value fits a filter's pattern, in which * stands for any
// characters, ? for one, and \ takes the next character as it is
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html).
func Match(pattern, value string) bool {
	p, v := []rune(pattern), []rune(value)
	at, star, mark := 0, -1, 0
	i := 0
	for i < len(v) {
		switch {
		case at < len(p) && p[at] == '*':
			star, mark = at, i
			at++
			continue
		case at < len(p) && p[at] == '?':
			at++
			i++
			continue
		case at+1 < len(p) && p[at] == '\\' && p[at+1] == v[i]:
			at += 2
			i++
			continue
		case at < len(p) && p[at] == v[i] && p[at] != '\\':
			at++
			i++
			continue
		case star < 0:
			return false
		}
		mark++
		at, i = star+1, mark
	}
	for at < len(p) && p[at] == '*' {
		at++
	}
	return at == len(p)
}

// Page cuts one page out of what a Describe operation found. Ids and MaxResults
// exclude each other in EC2, and pages have a least size.
func Page[T any](found []T, ids []string, least int32, token *string, max *int32) (page []T, next *string, err error) {
	if max != nil && len(ids) > 0 {
		return nil, nil, wire.Errorf("InvalidParameterCombination", "The parameter MaxResults cannot be used with a list of ids in the same request")
	}
	if max != nil && *max < least {
		return nil, nil, wire.Errorf("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid. Expecting a value greater than or equal to %d.", *max, least)
	}
	return wire.Page(found, token, max, 1000)
}

// Text is the value of a fact that may be missing.
func Text[S ~string](s *S) []string {
	if s == nil || *s == "" {
		return nil
	}
	return []string{string(*s)}
}

// Flag is the value of a fact that is true or false; nil is false.
func Flag(b *bool) []string {
	if b != nil && *b {
		return []string{"true"}
	}
	return []string{"false"}
}
