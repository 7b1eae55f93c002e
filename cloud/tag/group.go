package tag

import (
	"time"

	"gekko"
)

// Out is how far a group is on its way out: "idle=TIME left=TIME pool=NAME".
const Out = "gekko:out"

// ReadGroup is what a group's tags tell of it.
func ReadGroup(name gekko.GroupName, tags map[string]string) gekko.Group {
	g := gekko.Group{
		Name:     name,
		App:      gekko.AppName(tags[App]),
		Snapshot: gekko.SnapshotName(tags[Snapshot]),
		Commit:   gekko.Commit(tags[Commit]),
		Adopted:  tags[Adopted] != "",
		Balancer: decodeBalancer(tags[Balancer]),
		Out:      decodeOut(tags[Out]),
		Policy:   tags[Policy],
		Undo:     decodeUndo(tags[Undo]),
		Release:  decodeRelease(name, tags),
	}
	g.Ask, _ = decodeAsk(tags[Ask])
	return g
}

// Leaving is the tag that keeps how far a group is on its way out.
func Leaving(o gekko.Out) map[string]string { return map[string]string{Out: encodeOut(o)} }

// encodeOut rounds times up, as tags hold whole seconds: what is waited for
// after them never ends early.
func encodeOut(o gekko.Out) string {
	var w words
	if !o.Idle.IsZero() {
		w.add("idle", EncodeTime(o.Idle.Add(time.Second-1)))
	}
	if !o.Left.IsZero() {
		w.add("left", EncodeTime(o.Left.Add(time.Second-1)))
	}
	w.add("pool", o.Pool)
	return w.String()
}

func decodeOut(value string) gekko.Out {
	w := parseWords(value)
	return gekko.Out{Idle: decodeTime(w["idle"]), Left: decodeTime(w["left"]), Pool: w["pool"]}
}
