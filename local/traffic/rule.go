package traffic

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Rule says what happens with requests that meet all its conditions.
type Rule struct {
	Conditions []Condition
	Action     Action
}

func (r Rule) matches(req *http.Request) bool {
	for _, c := range r.Conditions {
		if !c(req) {
			return false
		}
	}
	return true
}

// Condition says whether a request is meant. In patterns * stands for any
// characters and ? for exactly one.
type Condition func(*http.Request) bool

// Path is met by a path, without its query, that fits one of the patterns; case matters.
func Path(patterns ...string) Condition {
	return func(r *http.Request) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, r.URL.Path) })
	}
}

// Host is met by a Host header that fits one of the patterns, whatever its case and port.
func Host(patterns ...string) Condition {
	patterns = lower(patterns)
	return func(r *http.Request) bool {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host = strings.ToLower(host)
		return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, host) })
	}
}

// Header is met by a header of that name with a value that fits one of the
// patterns, whatever its case.
func Header(name string, patterns ...string) Condition {
	patterns = lower(patterns)
	return func(r *http.Request) bool {
		for _, value := range r.Header.Values(name) {
			value = strings.ToLower(value)
			if slices.ContainsFunc(patterns, func(p string) bool { return fits(p, value) }) {
				return true
			}
		}
		return false
	}
}

// Pair is a key and a value of a query string; an empty key stands for any.
type Pair struct{ Key, Value string }

// Query is met by a query string in which one of the pairs occurs, whatever its case.
func Query(pairs ...Pair) Condition {
	for i, p := range pairs {
		pairs[i] = Pair{strings.ToLower(p.Key), strings.ToLower(p.Value)}
	}
	return func(r *http.Request) bool {
		query, _ := url.ParseQuery(r.URL.RawQuery)
		for key, values := range query {
			key = strings.ToLower(key)
			for _, value := range values {
				value = strings.ToLower(value)
				if slices.ContainsFunc(pairs, func(p Pair) bool {
					return (p.Key == "" || fits(p.Key, key)) && fits(p.Value, value)
				}) {
					return true
				}
			}
		}
		return false
	}
}

// Method is met by one of the methods, exactly.
func Method(methods ...string) Condition {
	return func(r *http.Request) bool { return slices.Contains(methods, r.Method) }
}

// Source is met by a client whose address is in one of the ranges.
func Source(ranges ...netip.Prefix) Condition {
	return func(r *http.Request) bool {
		from, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return false
		}
		addr := from.Addr().Unmap()
		return slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(addr) })
	}
}

func lower(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = strings.ToLower(s)
	}
	return out
}

// fits matches s against a pattern of * and ?. On a mismatch it goes back to the
// last * alone, so its time is at most the product of the lengths.
func fits(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			p = star + 1
			mark++
			i = mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
