package cloud

import (
	"time"

	"gekko"
)

// tagOut is how far a group is on its way out: "idle=TIME left=TIME
// pool=NAME".
const tagOut = "gekko:out"

// groupOf is what a group's tags tell of it.
func groupOf(name gekko.GroupName, tags map[string]string) gekko.Group {
	g := gekko.Group{
		Name:     name,
		App:      gekko.AppName(tags[TagApp]),
		Snapshot: gekko.SnapshotName(tags[TagSnapshot]),
		Commit:   gekko.Commit(tags[TagCommit]),
		Adopted:  tags[TagAdopted] != "",
		Balancer: decodeBalancer(tags[TagBalancer]),
		Out:      decodeOut(tags[tagOut]),
		Policy:   tags[tagPolicy],
		Undo:     decodeUndo(tags[tagUndo]),
		Release:  decodeRelease(name, tags),
	}
	g.Ask, _ = decodeAsk(tags[tagAsk])
	return g
}

// leaving is the tag that keeps how far a group is on its way out.
func leaving(o gekko.Out) map[string]string { return map[string]string{tagOut: encodeOut(o)} }

// encodeOut rounds times up, as tags hold whole seconds: what is waited for
// after them never ends early.
func encodeOut(o gekko.Out) string {
	var w words
	if !o.Idle.IsZero() {
		w.add("idle", encodeTime(o.Idle.Add(time.Second-1)))
	}
	if !o.Left.IsZero() {
		w.add("left", encodeTime(o.Left.Add(time.Second-1)))
	}
	w.add("pool", o.Pool)
	return w.String()
}

func decodeOut(value string) gekko.Out {
	w := parseWords(value)
	return gekko.Out{Idle: decodeTime(w["idle"]), Left: decodeTime(w["left"]), Pool: w["pool"]}
}
