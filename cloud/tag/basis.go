package tag

import (
	"strings"

	"gekko"
)

// encodeBasis tells times as a release's record does, and of a pool's id what its
// group's name does not tell. The policy comes last: one that does not fit is not
// known later. It is empty where nothing was compared.
func encodeBasis(o gekko.Outcome) string {
	b := o.Basis
	if b.Soak.IsZero() {
		return ""
	}
	var w words
	w.add("begun", encodeMoment(o.Begun))
	for _, t := range basisTimes(&b) {
		w.add(t.name, encodeSince(o.Begun, *t.at))
	}
	w.add("old", encodePool(b.Old, string(o.Old)))
	w.add("new", encodePool(b.New, string(o.Snapshot)))
	value := w.String() + policyWord + b.Policy
	if len([]rune(value)) > limit {
		return w.String() + policyWord + unknownPolicy
	}
	return value
}

const (
	policyWord    = " policy="
	unknownPolicy = "?"
	poolPrefix    = "targetgroup/"
)

func decodeBasis(o gekko.Outcome, value string) gekko.Basis {
	said, policy, _ := strings.Cut(value, policyWord)
	w := parseWords(said)
	b := gekko.Basis{Old: decodePool(w["old"], string(o.Old)), New: decodePool(w["new"], string(o.Snapshot)), Policy: policy}
	for _, t := range basisTimes(&b) {
		*t.at = decodeSince(o.Begun, w[t.name])
	}
	return b
}

func basisTimes(b *gekko.Basis) []moment {
	return []moment{{"soak", &b.Soak}, {"alone", &b.Alone}, {"until", &b.Until}}
}

// encodePool is NAME/ID of a target group, or its ID if it has the group's name.
func encodePool(id, group string) string {
	return strings.TrimPrefix(strings.TrimPrefix(id[strings.LastIndexByte(id, ':')+1:], poolPrefix), group+"/")
}

// decodePool is as much of a pool's id as its metrics are found by.
func decodePool(value, group string) string {
	if !strings.Contains(value, "/") {
		value = group + "/" + value
	}
	return poolPrefix + value
}
