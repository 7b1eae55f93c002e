package judge

import (
	"math"

	"gekko"
)

// alone judges the new version once the old one serves no more: against the old
// one's rate over the soak. Nothing beside it would share a bad hour, so only what
// is far beyond counts.
type alone struct {
	stake
	seen Count // so far
}

// beyond is the ratio to the soak's rate that is let pass.
const beyond = 3

// blip is the most that one period can win: it takes six to reach the threshold.
const blip = 6

func newAlone() alone { return alone{stake: newStake(len(excesses))} }

// add takes in a period of the new side, and what the old one had in the soak.
func (a *alone) add(soak, now Count) {
	a.seen.Requests += now.Requests
	a.seen.Events += now.Events
	if soak.Requests == 0 || now.Requests == 0 {
		a.skip()
		return
	}
	// The old rate is only known so well; its upper bound keeps the bets fair.
	const sure = 0.999
	expected := beyond * mostEvents(soak.Events, sure) / soak.Requests * now.Requests
	var won [len(excesses)]float64
	for i, x := range excesses {
		won[i] = min(blip, math.Exp(now.Events*math.Log(x)-expected*(x-1)))
	}
	a.play(won[:])
}

// addAlone takes in a period in which only what was counted of the new side is
// looked at.
func (e *Evidence) addAlone(m gekko.Minute) {
	if len(m.New) == 0 {
		return
	}
	warm := e.warm.leaveOut(m)
	for _, x := range e.metrics {
		var soak tally
		if n := len(x.sums); n > 0 {
			soak = x.sums[n-1]
		}
		now := total(warm.New, x.count)
		x.alone.add(soak.old, now)
		x.apart.addAlone(soak.old, warm.New, x.count)
		x.failing.add(pair{soak.old, now})
		e.notice(x)
	}
}
