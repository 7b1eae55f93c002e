package judge

import (
	"math"
	"testing"
)

func TestARateWinsByHowMuchLikelierItMakesWhatCame(t *testing.T) {
	// A tenth of the requests go to the new side. If its rate is 3 times the old
	// one's, a quarter of the events are its own, if it is 9 times, one half: so
	// the bet on 3 times more than the 3 let pass doubles with each of 5 events.
	p := pair{Count{900, 0}, Count{100, 5}}
	r := newRates(3)
	r.add(p)
	first := (atOnce + (1-atOnce)*renewal) / float64(len(excesses))
	if got := r.bets[3] / first; math.Abs(got-32) > 1e-9 { // excesses[3] is 3
		t.Errorf("the bet on 9 times won %v, want 32", got)
	}
	r.add(pair{Count{900, 3}, Count{100, 0}}) // (1/2 / 3/4)^3
	if got := r.bets[3] / first; math.Abs(got-32*8./27) > 0.05 {
		t.Errorf("then it had %v, want %v", got, 32*8./27)
	}
}

func TestAStakeBeginsWithOneAndOnlyLosesWhereNothingIsToBeWon(t *testing.T) {
	s := newStake(6)
	if w := s.worth(); w != 1 {
		t.Errorf("it begins with %v", w)
	}
	for range 3000 {
		s.skip()
	}
	if w := s.worth(); math.Abs(w-1) > 1e-9 {
		t.Errorf("after nothing to bet on it is %v", w)
	}
	for range 3000 {
		s.play(make([]float64, 6))
	}
	if w := s.worth(); w < 0 || w > 0.1 {
		t.Errorf("after losses alone it is %v", w)
	}
	for range 3000 {
		s.play([]float64{1, 1e300, 1, 1, 1, math.Inf(1)})
	}
	if w := s.worth(); w != most {
		t.Errorf("after wins without end it is %v", w)
	}
}

// Swap is a fair bet on minutes that could change sides: whatever the noise of
// a minute, its lead and the lead with sides changed sum to nothing.
func TestSidesThatChangePlacesChangeTheLeadsSign(t *testing.T) {
	for _, n := range []float64{1, 7, 40} {
		for k := range 30 {
			a := pair{Count{100, n}, Count{100, float64(k)}}
			b := pair{a.new, a.old}
			if sum := lead(a, 1) + lead(b, 1); math.Abs(sum) > 1e-9 {
				t.Errorf("%v and its mirror leave %v", a, sum)
			}
		}
	}
}
