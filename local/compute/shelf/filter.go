package shelf

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
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
	return slices.ContainsFunc(values, func(v string) bool { return anyMatches(patterns, v) })
}

func anyMatches(patterns []string, value string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return Match(p, value) })
}

// Match says whether a value fits a filter's pattern, in which * stands for any
// characters, ? for one, and \ takes the next character as it is
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html).
func Match(pattern, value string) bool {
	if !strings.ContainsAny(pattern, `*?\`) {
		return pattern == value
	}
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
