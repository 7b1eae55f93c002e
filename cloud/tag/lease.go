package tag

import (
	"strings"
	"time"

	"gekko"
)

// EncodeLease is the value of a term; mark tells which process created it.
func EncodeLease(l gekko.Lease, lasts time.Duration, mark string) string {
	var w words
	w.add("holder", word(l.Holder, 128))
	w.add("lasts", lasts.String())
	w.add("mark", mark) // of the process
	if l.Freed {
		w.add("freed", "yes")
	}
	if l.Why != "" {
		w.add("why", text(l.Why, limit))
	}
	return w.String()
}

// DecodeLease reads a term, and how long it lasts.
func DecodeLease(value string) (l gekko.Lease, lasts time.Duration) {
	said, why, _ := strings.Cut(value, " why=")
	w := parseWords(said)
	lasts, _ = time.ParseDuration(w["lasts"]) // one that cannot be read has ended
	return gekko.Lease{Holder: w["holder"], Why: why, Freed: w["freed"] != ""}, lasts
}

// LeaseMark tells which process created a term.
func LeaseMark(value string) string { return parseWords(value)["mark"] }
