package tag

import (
	"slices"
	"strconv"
	"strings"

	"gekko"
)

const (
	Ask = "gekko:ask"  // what a person asked the group's release for (encodeAsk)
	Act = "gekko:act-" // with a number from 1 to mostActs: what was heeded of it
)

// mostActs is how many acts a group remembers: the newest ones.
const mostActs = 9

// Asked is the tag that asks a group's release for something.
func Asked(a gekko.Ask) map[string]string {
	return map[string]string{Ask: encodeAsk(a, limit)}
}

// Heeded changes a group's tags so that what was asked for is among its acts.
func Heeded(tags map[string]string, a gekko.Ask) map[string]string {
	act := encodeAsk(a, limit)
	change := map[string]string{}
	if tags[Ask] == act {
		change[Ask] = ""
	}
	if slot, had := slotFor(tags, Act, mostActs, "at", func(had string) bool { return had == act }); !had {
		change[slot] = act
	}
	return change
}

// Acts are what people did to a group's release, the oldest first.
func Acts(tags map[string]string) []gekko.Ask {
	var acts []gekko.Ask
	for n := range mostActs {
		if a, ok := decodeAsk(tags[slotName(Act, n)]); ok {
			acts = append(acts, a)
		}
	}
	slices.SortFunc(acts, func(a, b gekko.Ask) int { return a.At.Compare(b.At) })
	return acts
}

// slotFor is the numbered tag to put a value into: the one that holds the same
// already, or a free one, or else that of the oldest value by a word of it.
func slotFor(tags map[string]string, prefix string, most int, ageWord string, same func(had string) bool) (slot string, had bool) {
	age := func(slot string) string { return parseWords(tags[slot])[ageWord] }
	slot = slotName(prefix, 0)
	for n := range most {
		name := slotName(prefix, n)
		if tags[name] != "" && same(tags[name]) {
			return name, true
		}
		if tags[slot] != "" && age(name) < age(slot) {
			slot = name
		}
	}
	return slot, false
}

func slotName(prefix string, n int) string { return prefix + strconv.Itoa(n+1) }

// encodeAsk puts the reason last and lets it have what room there is.
func encodeAsk(a gekko.Ask, most int) string {
	var w words
	w.add("verb", word(string(a.Verb), longestWord))
	w.add("at", encodeMoment(a.At))
	w.add("by", word(a.By, 64))
	if room := most - len([]rune(w.String())) - len(" why="); a.Why != "" {
		w.add("why", text(a.Why, room))
	}
	return w.String()
}

func decodeAsk(value string) (gekko.Ask, bool) {
	said, why, _ := strings.Cut(value, " why=")
	w := parseWords(said)
	a := gekko.Ask{Verb: gekko.Verb(w["verb"]), By: w["by"], At: decodeMoment(w["at"]), Why: why}
	return a, a.Verb != ""
}
