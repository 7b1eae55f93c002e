package tag

import (
	"slices"
	"strings"

	"gekko"
)

// Tags of an image, each with a number: how releases of its snapshot ended, and
// what people did to them. The newest ones are kept; an image takes 50 tags.
const (
	Outcome         = "gekko:outcome-"
	OutcomeAct      = "gekko:outcome-act-"
	mostOutcomes    = 9
	mostOutcomeActs = 20
	// By what the samples of a release are found again: as long as the cloud keeps
	// them, a snapshot is released a few times at most.
	basis     = "gekko:outcome-basis-"
	mostBases = 3
)

// WithOutcome is what has to be put on an image with these tags for a release's
// outcome to be kept: in its own place if it is there already.
func WithOutcome(tags map[string]string, o gekko.Outcome) map[string]string {
	put := map[string]string{}
	begun := encodeMoment(o.Begun)
	slot, _ := slotFor(tags, Outcome, mostOutcomes, "begun", func(had string) bool { return parseWords(had)["begun"] == begun })
	put[slot] = encodeOutcome(o)
	if value := encodeBasis(o); value != "" {
		slot, _ := slotFor(tags, basis, mostBases, "begun", func(had string) bool { return parseWords(had)["begun"] == begun })
		put[slot] = value
	}
	for _, a := range o.Acts {
		act := "of=" + begun + " " + encodeAsk(a, limit-len("of= ")-len(momentLayout))
		slot, had := slotFor(tags, OutcomeAct, mostOutcomeActs, "at", func(had string) bool { return had == act })
		if !had {
			put[slot], tags[slot] = act, act
		}
	}
	return put
}

// Outcomes are the outcomes on an image of that name, with what people did.
func Outcomes(name gekko.SnapshotName, tags map[string]string) []gekko.Outcome {
	var all []gekko.Outcome
	for n := range mostOutcomes {
		o, ok := decodeOutcome(tags[slotName(Outcome, n)])
		if !ok {
			continue
		}
		o.Snapshot = name
		for m := range mostOutcomeActs {
			of, act, _ := strings.Cut(tags[slotName(OutcomeAct, m)], " ")
			if a, ok := decodeAsk(act); ok && of == "of="+encodeMoment(o.Begun) {
				o.Acts = append(o.Acts, a)
			}
		}
		for m := range mostBases {
			if value := tags[slotName(basis, m)]; parseWords(value)["begun"] == encodeMoment(o.Begun) {
				o.Basis = decodeBasis(o, value)
			}
		}
		slices.SortFunc(o.Acts, func(a, b gekko.Ask) int { return a.At.Compare(b.At) })
		all = append(all, o)
	}
	return all
}

// encodeOutcome puts the grounds last and lets them have what room there is.
// The old group is one that gekko made or an adopted one, of any name: it is
// kept as far as it fits.
func encodeOutcome(o gekko.Outcome) string {
	var w words
	w.add("end", word(string(o.Ending), longestWord))
	w.add("begun", encodeMoment(o.Begun))
	w.add("at", encodeMoment(o.At))
	w.add("old", word(string(o.Old), 64))
	w.add("on", word(o.Judged, longestWord))
	w.add("by", word(o.Cause, longestWord))
	if o.Back {
		w.add("is", "back")
	}
	if room := limit - len([]rune(w.String())) - len(" grounds="); o.Grounds != "" {
		w.add("grounds", text(o.Grounds, room))
	}
	return w.String()
}

func decodeOutcome(value string) (gekko.Outcome, bool) {
	said, grounds, _ := strings.Cut(value, " grounds=")
	w := parseWords(said)
	o := gekko.Outcome{
		Ending: gekko.Ending(w["end"]), Begun: decodeMoment(w["begun"]), At: decodeMoment(w["at"]),
		Old: gekko.GroupName(w["old"]), Judged: w["on"], Cause: w["by"], Back: w["is"] == "back", Grounds: grounds,
	}
	return o, o.Ending != ""
}
