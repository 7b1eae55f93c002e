package tag

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

func TestByWhatAReleaseIsFoundAgainFitsIntoATag(t *testing.T) {
	begun := time.Date(2026, 1, 31, 12, 0, 0, 123e6, time.UTC)
	o := gekko.Outcome{Snapshot: "web-20260131-115959", Old: "a group of some name", Begun: begun}
	const prefix = "arn:aws:elasticloadbalancing:us-east-1:123456789012:"
	old, fresh := "targetgroup/web/0123456789abcdef", "targetgroup/web-20260131-115959/fedcba9876543210"
	for _, policy := range []string{"", "soak=2h0m0s period=1s", strings.Repeat("tol=1.25 ", 99)} {
		o.Basis = gekko.Basis{
			Old: prefix + old, New: prefix + fresh, Policy: policy,
			Soak: begun.Add(10 * time.Minute), Alone: begun.Add(25 * time.Hour), Until: begun.Add(26*time.Hour + 400*time.Millisecond),
		}
		value := encodeBasis(o)
		if !holds(value) {
			t.Errorf("no tag may hold %q", value)
		}
		want := o.Basis
		want.Old, want.New = old, fresh
		if len(policy) > limit {
			want.Policy = unknownPolicy
		}
		if d := cmp.Diff(want, decodeBasis(o, value)); d != "" {
			t.Errorf("%s (-written +read):\n%s", value, d)
		}
	}
}
