package cloud

import (
	"context"
	"strconv"

	"gekko"
)

// tagUndo is what gekko changed on a group, as it was before.
const tagUndo = "gekko:undo"

// Pin keeps on a group what has to be put back on every way out; nil forgets
// it.
func (c *Cloud) Pin(ctx context.Context, group gekko.GroupName, u *gekko.Undo) error {
	return c.tagGroup(ctx, group, map[string]string{tagUndo: encodeUndo(u)})
}

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
