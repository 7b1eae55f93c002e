package tag

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gekko"
)

// fits says whether Elastic Load Balancing would take a tag's value.
func fits(value string) bool {
	return utf8.RuneCountInString(value) <= limit && strings.IndexFunc(value, func(r rune) bool { return !inTag(r) }) < 0
}

// holds says whether EC2 and Auto Scaling take a value.
func holds(value string) bool {
	return utf8.RuneCountInString(value) <= limit && strings.IndexFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

func FuzzAReleaseIsReadAsItWasWritten(f *testing.F) {
	f.Add(uint16(7), int64(1767225600123), int64(1), int64(86400500), uint16(20), uint8(0), "no-capacity", "harm")
	f.Add(uint16(0), int64(0), int64(0), int64(0), uint16(0), uint8(255), "a b", "10 % · é")
	f.Add(uint16(3), int64(253402300799999), int64(-1), int64(31535999999), uint16(65535), uint8(7), "longer than fifteen characters", "x")
	f.Fuzz(func(t *testing.T, phase uint16, begun, since, held int64, size uint16, is uint8, holds, cause string) {
		phases := []gekko.Phase{gekko.Launching, gekko.Ramping, gekko.Soaking, gekko.Promoting, gekko.Warming, gekko.Retiring, gekko.Rejecting}
		const year = 365 * 24 * time.Hour
		at := time.UnixMilli(begun % 253402300800000).UTC()
		if at.Year() < 1 {
			at = time.Time{}
		}
		after := func(ms int64) time.Time { return at.Add(time.Duration(ms%year.Milliseconds()) * time.Millisecond) }
		r := gekko.Release{
			New: "hello-20260101-000000", Old: "any name, of 日本", Phase: phases[int(phase)%len(phases)],
			Begun: at, Since: after(since), Held: after(held), Warm: after(since / 2), Soak: after(held / 2), Alone: after(held / 3),
			Size:   gekko.Size{Min: int(size), Max: int(size), Desired: int(size / 2)},
			Before: int(size), Needed: int(size) * 2 % 99999, Pinned: int(size / 3),
			Holds: word(holds, longestWord), Cause: word(cause, longestWord), Judged: "unseen", Finds: float64(size % 1000),
			Paused: is&1 > 0, Forced: is&2 > 0, Back: is&4 > 0,
		}
		tags := OfRelease(r)
		if !fits(tags[Release]) {
			t.Errorf("no tag may hold %q", tags[Release])
		}
		if diff := cmp.Diff(r, decodeRelease(r.New, tags)); diff != "" {
			t.Errorf("%s (-written +read):\n%s", tags[Release], diff)
		}
	})
}

func FuzzTagsAreReadWithoutHarm(f *testing.F) {
	f.Add("phase=soaking begun=20260101-000000 size=1+2 is=paused+what before=x")
	f.Add("size=1+2+3+4 phase= why=")
	f.Fuzz(func(t *testing.T, value string) {
		decodeRelease("g", map[string]string{Release: value})
		decodeUndo(value)
		if a, ok := decodeAsk(value); ok && !holds(encodeAsk(a, limit)) {
			t.Errorf("%q is written as %q", value, encodeAsk(a, limit))
		}
	})
}

func TestAReleaseAtItsLongestFitsIntoATag(t *testing.T) {
	at := time.Date(2026, 12, 31, 23, 59, 59, 999e6, time.UTC)
	late := at.Add(365*24*time.Hour - time.Millisecond)
	long := strings.Repeat("w", 40)
	r := gekko.Release{
		Phase: gekko.Promoting, Begun: at, Since: late, Soak: late, Alone: late, Held: late, Warm: late, Holds: long, Judged: long, Cause: long,
		Size: gekko.Size{Min: 10000, Max: 10000, Desired: 10000}, Before: 10000, Needed: 10000, Pinned: 10000, Peak: 123456,
		Paused: true, Forced: true, Back: true,
	}
	if value := encodeRelease(r); !fits(value) {
		t.Errorf("%d characters: %s", len(value), value)
	}
}

func TestASentenceIsKeptOnOneLine(t *testing.T) {
	for said, want := range map[string]string{
		"5xx 3.2× (at most 1.5×), 95 % sure": "5xx 3.2× (at most 1.5×), 95 % sure",
		"a\nb\t\"c\" \x00& d":                "a b \"c\" & d",
	} {
		if got := text(said, limit); got != want {
			t.Errorf("%q is kept as %q, want %q", said, got, want)
		}
	}
	if got := text(strings.Repeat("é ", 200), limit); !holds(got) {
		t.Errorf("too long: %q", got)
	}
}

func TestANumberedTagIsUsedOnceAndTheOldestGivesWay(t *testing.T) {
	act := func(minute int) string {
		return encodeAsk(gekko.Ask{Verb: gekko.Pause, At: time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC)}, limit)
	}
	tags := map[string]string{}
	for minute := range 12 {
		same := func(had string) bool { return had == act(minute) }
		slot, had := slotFor(tags, Act, mostActs, "at", same)
		if had {
			t.Fatalf("act %d is there", minute)
		}
		tags[slot] = act(minute)
		if again, had := slotFor(tags, Act, mostActs, "at", same); again != slot || !had {
			t.Errorf("act %d again gets %s", minute, again)
		}
	}
	acts := Acts(tags)
	if len(acts) != mostActs || acts[0].At.Minute() != 3 || acts[len(acts)-1].At.Minute() != 11 {
		t.Errorf("kept %+v, want the newest nine in order", acts)
	}
}

// TestEachFieldOfAReleaseIsKept fills all of a release, so that a field which is
// added is kept too.
func TestEachFieldOfAReleaseIsKept(t *testing.T) {
	var r gekko.Release
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	v := reflect.ValueOf(&r).Elem()
	for _, field := range v.Fields() {
		switch field.Kind() {
		case reflect.String:
			field.SetString("x")
		case reflect.Int:
			field.SetInt(7)
		case reflect.Bool:
			field.SetBool(true)
		default:
			for _, value := range []any{at, gekko.Size{Min: 1, Max: 3, Desired: 2}} {
				if v := reflect.ValueOf(value); v.Type() == field.Type() {
					field.Set(v)
				}
			}
		}
	}
	if diff := cmp.Diff(r, decodeRelease(r.New, OfRelease(r))); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}
