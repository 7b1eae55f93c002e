package demo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Count is what one version answered.
type Count struct {
	Requests int `json:"requests"`
	Errors   int `json:"errors"` // answers with status 5xx
}

// counts are what became of all requests. A failed one had no connection, or
// its answer came from the balancer itself.
type counts struct {
	requests, failed int
	why              string // the first failure
	versions         map[string]Count
}

func (c *counts) fail(why string) {
	c.failed++
	if c.why == "" {
		c.why = why
	}
}

func (c counts) clone() counts {
	c.versions = maps.Clone(c.versions)
	return c
}

// since is what was added to an earlier count.
func (c counts) since(from counts) counts {
	d := counts{requests: c.requests - from.requests, failed: c.failed - from.failed, versions: map[string]Count{}}
	for version, n := range c.versions {
		was := from.versions[version]
		d.versions[version] = Count{n.Requests - was.Requests, n.Errors - was.Errors}
	}
	return d
}

// split says how many each version answered: "version 1: 300 (75%), …".
func (c counts) split() string {
	var parts []string
	for _, version := range slices.Sorted(maps.Keys(c.versions)) {
		n := c.versions[version].Requests
		if n == 0 {
			continue
		}
		parts = append(parts, fmt.Sprintf("version %s %s (%.0f%%)", version, thousands(n), 100*float64(n)/float64(max(c.requests, 1))))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// thousands is a number with commas, 12,345.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
