package tag

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// inTag says whether Elastic Load Balancing takes a character in a tag's value
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Tag.html).
func inTag(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N) || strings.ContainsRune(" _.:/=+-@", r)
}

// text is a sentence on one line, cut to a number of characters. EC2 and Auto
// Scaling take any printable character in a tag's value
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html).
func text(s string, most int) string {
	return cut(sifted(s, unicode.IsPrint), most)
}

// word is a name without blanks, in characters that any tag can hold.
func word(s string, most int) string {
	return cut(strings.ReplaceAll(sifted(s, inTag), " ", "_"), most)
}

// sifted is a text without the characters that do not fit, and with single blanks.
func sifted(s string, fits func(rune) bool) string {
	s = strings.Map(func(r rune) rune {
		if fits(r) {
			return r
		}
		return ' '
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:max(most, 0)]))
	}
	return s
}

// momentLayout is shorter than RFC 3339, so that several fit into one value.
// Its fraction is left out where there is none.
const momentLayout = "20060102-150405.999"

// encodeMoment keeps milliseconds: a release on the embedded cloud may have
// periods of a second.
func encodeMoment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(momentLayout)
}

// decodeMoment is the zero time for what is none.
func decodeMoment(value string) time.Time {
	t, err := time.Parse(momentLayout, value)
	if err != nil {
		return time.Time{}
	}
	return t
}

// encodeSince tells a time in seconds after another.
func encodeSince(begun, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatFloat(float64(t.UnixMilli()-begun.UnixMilli())/1000, 'f', -1, 64)
}

// decodeSince is the zero time for what is none.
func decodeSince(begun time.Time, value string) time.Time {
	s, err := strconv.ParseFloat(value, 64)
	if err != nil || math.Abs(s) > 1e9 {
		return time.Time{}
	}
	return begun.Add(time.Duration(math.Round(s*1000)) * time.Millisecond).UTC()
}
