package tag

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

func FuzzAnOutcomeFitsIntoATag(f *testing.F) {
	f.Add("rejected", "harm", "5xx 3.2× [2.1, 4.0], 95 % sure", int64(1767225600123), true)
	f.Add("", "a=b grounds=c", strings.Repeat("日 grounds=", 99), int64(0), false)
	f.Fuzz(func(t *testing.T, judged, cause, grounds string, at int64, back bool) {
		when := time.UnixMilli(at % 253402300800000).UTC()
		if when.Year() < 1 {
			when = time.Time{}
		}
		o := gekko.Outcome{
			Ending: gekko.Rejected, Old: "hello-20260101-000000", Begun: when, At: when,
			Judged: word(judged, longestWord), Cause: word(cause, longestWord), Grounds: grounds, Back: back,
		}
		value := encodeOutcome(o)
		if !holds(value) {
			t.Fatalf("no tag may hold %q", value)
		}
		got, ok := decodeOutcome(value)
		if !strings.HasPrefix(text(grounds, len(grounds)*10), got.Grounds) {
			t.Errorf("grounds %q became %q", grounds, got.Grounds)
		}
		got.Grounds = grounds
		if diff := cmp.Diff(o, got); diff != "" || !ok {
			t.Errorf("%s (-written +read):\n%s", value, diff)
		}
	})
}
