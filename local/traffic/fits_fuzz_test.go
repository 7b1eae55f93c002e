package traffic

import (
	"strings"
	"testing"
)

func FuzzPattern(f *testing.F) {
	f.Add("/api/*/v?", "/api/x/v1")
	f.Add(strings.Repeat("*a", 50), strings.Repeat("a", 49))
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if !strings.ContainsAny(pattern, "*?") && fits(pattern, s) != (pattern == s) {
			t.Errorf("%q and %q", pattern, s)
		}
		if !fits("*", s) || !fits(pattern+"*", pattern+s) {
			t.Errorf("a star does not fit %q after %q", s, pattern)
		}
	})
}
