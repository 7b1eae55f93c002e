package cloud

import (
	"context"
	"strconv"
	"strings"

	"gekko"
)

// Tags of a group that a release brings in, or that goes for it.
const (
	tagRelease = "gekko:release" // how far the release is (encodeRelease)
	tagOld     = "gekko:old"     // name of the group that it replaces
	tagPolicy  = "gekko:policy"  // the policy that it began with, as it was given
)

// Record keeps on the new group how far its release is. A release without a
// phase is forgotten.
func (c *Cloud) Record(ctx context.Context, r gekko.Release) error {
	return c.tagGroup(ctx, r.New, releaseTags(r))
}

// releaseTags hold a release. The old group has a tag of its own, as it never
// changes and its name may have any length and form.
func releaseTags(r gekko.Release) map[string]string {
	tags := map[string]string{tagRelease: encodeRelease(r)}
	switch {
	case !r.UnderWay():
		tags[tagOld] = ""
	case r.Old != "":
		tags[tagOld] = string(r.Old)
	}
	return tags
}

// longestWord is how much of a word is kept, so that all of a release fits into
// one tag's value.
const longestWord = 15

func encodeRelease(r gekko.Release) string {
	if !r.UnderWay() {
		return ""
	}
	var w words
	w.add("phase", word(string(r.Phase), longestWord))
	w.add("begun", encodeMoment(r.Begun))
	w.add("since", encodeMoment(r.Since))
	w.add("held", encodeMoment(r.Held))
	w.add("holds", word(r.Holds, longestWord))
	w.add("warm", encodeMoment(r.Warm))
	w.add("size", encodeSize(r.Size))
	w.number("before", r.Before)
	w.number("needed", r.Needed)
	w.add("judged", word(r.Judged, longestWord))
	w.add("cause", word(r.Cause, longestWord))
	var is []string
	for _, f := range flags(&r) {
		if *f.is {
			is = append(is, f.name)
		}
	}
	w.add("is", strings.Join(is, "+"))
	return w.String()
}

func decodeRelease(group gekko.GroupName, tags map[string]string) gekko.Release {
	w := parseWords(tags[tagRelease])
	if w["phase"] == "" {
		return gekko.Release{}
	}
	r := gekko.Release{
		New: group, Old: gekko.GroupName(tags[tagOld]), Phase: gekko.Phase(w["phase"]),
		Begun: decodeMoment(w["begun"]), Since: decodeMoment(w["since"]),
		Held: decodeMoment(w["held"]), Holds: w["holds"], Warm: decodeMoment(w["warm"]),
		Size: decodeSize(w["size"]), Before: w.number("before"), Needed: w.number("needed"),
		Judged: w["judged"], Cause: w["cause"],
	}
	for _, name := range parts(w["is"]) {
		for _, f := range flags(&r) {
			if f.name == name {
				*f.is = true
			}
		}
	}
	return r
}

// flags are what a release is or is not, by the names that its tag has for them.
func flags(r *gekko.Release) []flag {
	return []flag{{"paused", &r.Paused}, {"forced", &r.Forced}, {"back", &r.Back}}
}

type flag struct {
	name string
	is   *bool
}

func encodeSize(s gekko.Size) string {
	if s == (gekko.Size{}) {
		return ""
	}
	return strconv.Itoa(s.Min) + "+" + strconv.Itoa(s.Max) + "+" + strconv.Itoa(s.Desired)
}

// decodeSize is no size for what is none.
func decodeSize(value string) gekko.Size {
	var n [3]int
	for i, part := range parts(value) {
		v, err := strconv.Atoi(part)
		if err != nil || i >= len(n) {
			return gekko.Size{}
		}
		n[i] = v
	}
	return gekko.Size{Min: n[0], Max: n[1], Desired: n[2]}
}
