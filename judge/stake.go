package judge

// A stake of 1 is put on harm, in several bets that are fair or worse as long as
// there is none. What it has become is then the evidence: by Ville's inequality
// the chance that it ever reaches 1/a without harm is at most a, however often
// one looks.
//
// Most of the stake is bet from the first period on. The rest is the reserve, of
// which each period a fixed part is bet anew: after many good hours the first
// bets are all but lost, and only a fresh one can find a harm that begins then.
// Nothing is ever added, so all bets together still begin with 1, and the bound
// holds for all of them at once; a harm that begins t periods after the start
// has to win ln(1/(reserve*renewal)) + t*renewal more in the exponent than one at
// the start, less what the bets of some periods before it are worth.
type stake struct {
	bets    []float64
	reserve float64
}

const (
	atOnce  = 0.75
	renewal = 1.0 / 1440
	// most keeps a stake finite. Cutting a gain off never helps the bettor.
	most = 1e300
)

func newStake(bets int) stake {
	s := stake{make([]float64, bets), 1 - atOnce}
	for i := range s.bets {
		s.bets[i] = atOnce / float64(bets)
	}
	return s
}

// play multiplies each bet by what it won in one period.
func (s *stake) play(won []float64) {
	fresh := s.reserve * renewal
	s.reserve -= fresh
	for i, w := range won {
		s.bets[i] = min(most, (s.bets[i]+fresh/float64(len(won)))*w)
	}
}

// skip is a period without anything to bet on.
func (s *stake) skip() {
	fresh := s.reserve * renewal
	s.reserve -= fresh
	for i := range s.bets {
		s.bets[i] += fresh / float64(len(s.bets))
	}
}

// worth is what the stake has become.
func (s *stake) worth() float64 {
	sum := s.reserve
	for _, b := range s.bets {
		sum += b
	}
	return min(most, sum)
}
