package judge

import (
	"math"
	"testing"
)

func TestStudentsQuantilesAreThoseOfTheTables(t *testing.T) {
	for _, c := range []struct {
		confidence float64
		degrees    int
		want       float64
	}{{.95, 7, 1.895}, {.95, 23, 1.714}, {.95, 1, 6.314}, {.975, 2, 4.303}, {.99, 10, 2.764}, {.9, 3, 1.638}} {
		if got := student(c.confidence, c.degrees); math.Abs(got-c.want) > 6e-4 {
			t.Errorf("student(%v, %d) = %.4f, want %.3f", c.confidence, c.degrees, got, c.want)
		}
	}
}

func TestRatiosAndBoundsAreAsWorkedOutByHand(t *testing.T) {
	for _, c := range []struct {
		name             string
		oldN, newN       float64
		oldK, newK       []float64
		ratio, low, high float64
	}{
		{"blocks that differ a little", 100, 100, []float64{10, 10, 10, 10}, []float64{10, 20, 10, 20}, 1.5, 0.888715, 2.510950},
		{"blocks that differ much", 100, 100, []float64{10, 10, 10, 10}, []float64{5, 35, 5, 35}, 2, 0.603605, 6.545292},
		{"chance alone, and a tenth of the requests", 900, 100, []float64{10, 20, 30, 40}, []float64{2, 1, 4, 3}, .9, .438315, 2.017182},
	} {
		var sums []tally
		var sum tally
		for i := range c.oldK {
			sum = sum.add(pair{Count{c.oldN, c.oldK[i]}, Count{c.newN, c.newK[i]}})
			sums = append(sums, sum)
		}
		b := boundsOf(sums, 4, .95, student(.95, 3))
		for _, x := range []struct{ got, want float64 }{{sum.ratio(), c.ratio}, {b.low, c.low}, {b.high, c.high}} {
			if math.Abs(x.got-x.want) > 1e-5*x.want {
				t.Errorf("%s: %v, want %v", c.name, x.got, x.want)
			}
		}
	}
}

func TestTheRatioIsFreedFromSharesThatDrift(t *testing.T) {
	// Both sides fail at 10 % by day and 1 % at night; the new one has most of
	// its requests by day. Sums over both would make it 5 times worse.
	sum := tally{}.add(pair{Count{1000, 100}, Count{1000, 100}}).add(pair{Count{9000, 90}, Count{100, 1}})
	if got := sum.ratio(); math.Abs(got-1) > 1e-12 {
		t.Errorf("ratio %v, want 1", got)
	}
}

func TestACountIsBoundedWithinAPercent(t *testing.T) {
	// Half the quantiles of chi squared with 2k+2 degrees of freedom.
	for k, want := range map[float64]float64{0: 2.9957, 1: 4.7439, 5: 10.513, 20: 29.062, 100: 118.08} {
		if got := mostEvents(k, .95); math.Abs(got-want) > .01*want {
			t.Errorf("mostEvents(%v) = %.4f, want %.4f", k, got, want)
		}
	}
}
