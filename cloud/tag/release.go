package tag

import (
	"math"
	"strconv"
	"strings"
	"time"

	"gekko"
)

// Tags of a group that a release brings in, or that goes for it.
const (
	Release = "gekko:release" // how far the release is (encodeRelease)
	Old     = "gekko:old"     // name of the group that it replaces
	Policy  = "gekko:policy"  // the policy that it began with, as it was given
)

// OfRelease are the tags that hold a release. The old group has one of its own,
// as it never changes and its name may have any length and form.
func OfRelease(r gekko.Release) map[string]string {
	tags := map[string]string{Release: encodeRelease(r)}
	switch {
	case !r.UnderWay():
		tags[Old] = ""
	case r.Old != "":
		tags[Old] = string(r.Old)
	}
	return tags
}

// longestWord is how much of a word is kept, so that all of a release fits into
// one tag's value.
const longestWord = 12

// encodeRelease has short words, and times as seconds since the release began,
// so that the longest one fits into a tag.
func encodeRelease(r gekko.Release) string {
	if !r.UnderWay() {
		return ""
	}
	var w words
	w.add("phase", word(string(r.Phase), longestWord))
	w.add("begun", encodeMoment(r.Begun))
	for _, t := range times(&r) {
		w.add(t.name, encodeSince(r.Begun, *t.at))
	}
	w.add("size", encodeSize(r.Size))
	w.number("had", r.Before)
	w.number("need", r.Needed)
	w.number("pin", r.Pinned)
	w.number("peak", r.Peak)
	w.add("for", word(r.Holds, longestWord))
	w.add("on", word(r.Judged, 8))
	if r.Finds > 0 {
		w.add("finds", strconv.FormatFloat(r.Finds, 'g', 3, 64))
	}
	w.add("by", word(r.Cause, longestWord))
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
	w := parseWords(tags[Release])
	if w["phase"] == "" {
		return gekko.Release{}
	}
	r := gekko.Release{
		New: group, Old: gekko.GroupName(tags[Old]), Phase: gekko.Phase(w["phase"]), Begun: decodeMoment(w["begun"]),
		Size: decodeSize(w["size"]), Before: w.number("had"), Needed: w.number("need"), Pinned: w.number("pin"), Peak: w.number("peak"),
		Holds: w["for"], Judged: w["on"], Cause: w["by"],
	}
	for _, t := range times(&r) {
		*t.at = decodeSince(r.Begun, w[t.name])
	}
	if finds, err := strconv.ParseFloat(w["finds"], 64); err == nil && finds > 0 && !math.IsInf(finds, 1) {
		r.Finds = finds
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

// times are those of a release besides its beginning, by the names that its tag
// has for them.
func times(r *gekko.Release) []moment {
	return []moment{{"since", &r.Since}, {"soak", &r.Soak}, {"alone", &r.Alone}, {"held", &r.Held}, {"warm", &r.Warm}}
}

type moment struct {
	name string
	at   *time.Time
}

// flags are what a release is or is not.
func flags(r *gekko.Release) []flag {
	return []flag{{"p", &r.Paused}, {"f", &r.Forced}, {"b", &r.Back}}
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

// Undo is what gekko changed on a group, as it was before.
const Undo = "gekko:undo"

// Pinned is the tag that keeps what has to be put back.
func Pinned(u *gekko.Undo) map[string]string { return map[string]string{Undo: encodeUndo(u)} }

func encodeUndo(u *gekko.Undo) string {
	if u == nil {
		return ""
	}
	var w words
	w.add("min", strconv.Itoa(u.Min))
	w.number("kept", u.Kept)
	return w.String()
}

func decodeUndo(value string) *gekko.Undo {
	w := parseWords(value)
	n, err := strconv.Atoi(w["min"])
	if err != nil {
		return nil
	}
	return &gekko.Undo{Min: n, Kept: w.number("kept")}
}
