package judge

import "math"

// fractions are the parts of a bet that are risked each period.
var fractions = [...]float64{.1, .2, .35, .5, .7, .9}

// swap bets on which side has more events once both have equally many requests.
// It needs no more than that the two could change places within a period, so a
// burst counts once, however large it is.
type swap struct {
	stake
	pass float64 // the ratio that is let pass
}

func newSwap(pass float64) *swap { return &swap{newStake(len(fractions)), pass} }

func (s *swap) add(p pair) {
	if !p.comparable() {
		s.skip()
		return
	}
	x := lead(p, s.pass)
	var won [len(fractions)]float64
	for i, f := range fractions {
		won[i] = 1 + f*x
	}
	s.play(won[:])
}

// lead is the new side's lead (i-j)/(i+j) in events, i to j, once the events of
// the side with more requests are thinned to the other's number, and the new
// side's also by the ratio that is let pass. It is the mean over all ways of
// thinning, which is as fair a bet as each of them, and needs no dice.
//
// With i and j binomial, and 1/(i+j) the integral of u^(i+j-1) over u from 0 to
// 1, the mean is the integral of E[i u^(i-1)] E[u^j] - E[u^i] E[j u^(j-1)]; and
// E[u^i] is (1-p+pu)^k. So a few nodes do instead of a double sum: in v = 1-u the
// integrand falls as exp(-mean*v), and beyond 30/mean nothing is left of it. Up
// to 40 events in all it is a polynomial that the 20 nodes integrate exactly.
func lead(p pair, pass float64) float64 {
	fewer := min(p.old.Requests, p.new.Requests)
	keepOld := fewer / p.old.Requests
	keepNew := fewer / p.new.Requests / pass
	i, j := keepNew*p.new.Events, keepOld*p.old.Events
	if i+j == 0 {
		return 0
	}
	end := min(1, 30/(i+j))
	sum := 0.0
	for n, node := range nodes {
		v := end * node
		a, b := 1-keepNew*v, 1-keepOld*v
		both := math.Exp(power(p.new.Events, a) + power(p.old.Events, b))
		sum += weights[n] * both * (i/a - j/b)
	}
	return max(-1, min(1, end*sum))
}

// power is the logarithm of x to the k.
func power(k, x float64) float64 {
	if k == 0 {
		return 0
	}
	return k * math.Log(x)
}

// nodes and weights are those of Gauss and Legendre for 0 to 1.
var nodes, weights = legendre()

func legendre() (x, w [20]float64) {
	const n = len(x)
	for i := range n {
		z := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(n) + 0.5))
		var slope float64
		for range 8 { // Newton's steps; four are enough
			here, before := 1.0, 0.0
			for k := range n {
				f := float64(k)
				here, before = ((2*f+1)*z*here-f*before)/(f+1), here
			}
			slope = float64(n) * (z*here - before) / (z*z - 1)
			z -= here / slope
		}
		x[i] = (1 - z) / 2
		w[i] = 1 / ((1 - z*z) * slope * slope)
	}
	return x, w
}
