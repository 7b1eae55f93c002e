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
	null := newSideShare(p, r.pass)
	for i, a := range excesses {
		q := newSideShare(p, r.pass*a)
		won[i] = min(burst, math.Exp(p.new.Events*math.Log(q/null)+p.old.Events*math.Log((1-q)/(1-null))))
	}
	r.play(won[:])
}

// newSideShare is the chance that an event falls on the new side when the ratio
// of the rates is r.
func newSideShare(p pair, r float64) float64 {
	return r * p.new.Requests / (r*p.new.Requests + p.old.Requests)
}
