package judge

import "math"

// excesses are the ratios beyond the one let pass that the bets are laid on.
var excesses = [...]float64{1.25, 1.5, 2, 3, 5, 8, 13, 20, 50}

// burst is the most that one period can win, so that none reaches the threshold
// by itself.
const burst = 40

// rates bets on the rates themselves. Of all events of a period the new side's
// part is binomial, with a probability that depends on the requests of both and
// on the ratio of the rates alone, so whatever makes both rise together (a busy
// hour, an outage of what both depend on) cancels. It is quick, but minutes are
// often more uneven than chance makes them: so one period wins burst at most
// (cutting a gain off never makes a bet better than fair), and swap is its check.
type rates struct {
	stake
	pass float64 // the ratio that is let pass
}

func newRates(pass float64) *rates { return &rates{newStake(len(excesses)), pass} }

func (r *rates) add(p pair) {
	if !p.comparable() {
		r.skip()
		return
	}
	var won [len(excesses)]float64
	events, null := p.events(), r.pass*p.new.Requests+p.old.Requests
	for i, a := range excesses {
		// The new side's share of the events is its part of these sums.
		beyond := a*r.pass*p.new.Requests + p.old.Requests
		won[i] = min(burst, math.Exp(events*math.Log(null/beyond)+p.new.Events*math.Log(a)))
	}
	r.play(won[:])
}
