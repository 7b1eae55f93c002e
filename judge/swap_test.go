package judge

import (
	"math"
	"testing"
)

func TestLeadIsTheMeanOverAllWaysOfThinning(t *testing.T) {
	for _, c := range []struct{ oldN, oldK, newN, newK, pass float64 }{
		{1200, 12, 120, 3, 1},
		{1200, 12, 120, 3, 2},
		{1200, 0, 120, 1, 1},
		{1200, 1, 120, 0, 1},
		{120, 4, 1200, 30, 1.5},
		{100, 5, 100, 7, 1},
		{100, 0, 100, 100, 1},
		{3000, 900, 300, 250, 2},
		{1e5, 1000, 1e4, 180, 1},
		{10, 10, 10, 10, 1},
		{1e5, 300, 1e5, 300, 1},
	} {
		p := pair{Count{c.oldN, c.oldK}, Count{c.newN, c.newK}}
		fewer := min(c.oldN, c.newN)
		want := 0.0
		for i, pi := range binomial(int(c.newK), fewer/c.newN/c.pass) {
			for j, pj := range binomial(int(c.oldK), fewer/c.oldN) {
				if i+j > 0 {
					want += pi * pj * float64(i-j) / float64(i+j)
				}
			}
		}
		if got := lead(p, c.pass); math.Abs(got-want) > 1e-9 {
			t.Errorf("lead(%+v) = %.12f, want %.12f", c, got, want)
		}
	}
}

func binomial(n int, p float64) []float64 {
	probability := make([]float64, n+1)
	for k := range probability {
		if p == 1 {
			probability[k] = map[bool]float64{true: 1}[k == n]
			continue
		}
		all, _ := math.Lgamma(float64(n + 1))
		in, _ := math.Lgamma(float64(k + 1))
		out, _ := math.Lgamma(float64(n - k + 1))
		probability[k] = math.Exp(all - in - out + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	}
	return probability
}

func TestLeadIsAsWorkedOutByHand(t *testing.T) {
	// One event on the new side alone leads outright, on the old side alone it
	// trails by the chance that thinning leaves it.
	for _, c := range []struct {
		p    pair
		pass float64
		want float64
	}{
		{pair{Count{100, 0}, Count{100, 1}}, 1, 1},
		{pair{Count{100, 0}, Count{100, 1}}, 2, 0.5},
		{pair{Count{1000, 1}, Count{100, 0}}, 1, -0.1},
		{pair{Count{100, 1}, Count{100, 1}}, 1, 0},
		{pair{Count{100, 1}, Count{100, 1}}, 2, -0.5},
		{pair{Count{100, 1}, Count{100, 2}}, 1, 1. / 3},
	} {
		if got := lead(c.p, c.pass); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("lead(%+v, %v) = %v, want %v", c.p, c.pass, got, c.want)
		}
	}
}
