package judge_test

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"gekko"
	"gekko/judge"
)

var runs = flag.Int("runs", 30, "simulate this `many` days of each kind")

// simulate judges days of one kind, half of them at a time on each of two
// cores, and gives what measure makes of each.
func simulate(d day, many int, names []string, measure func(*judge.Evidence, day) float64) []float64 {
	got := make([]float64, many)
	var both sync.WaitGroup
	for first := range 2 {
		both.Go(func() {
			for i := first; i < many; i += 2 {
				e := judge.New(gekko.JudgePolicy{}, names...)
				d.each(uint64(i), func(m gekko.Minute) bool {
					e.Add(m)
					return e.Harmed()
				})
				got[i] = measure(e, d)
			}
		})
	}
	both.Wait()
	return got
}

// harmAfter is after how many minutes of harm it was found; NaN if it was not.
func harmAfter(e *judge.Evidence, d day) float64 {
	j := e.Judge(false)
	if j.Verdict != judge.Harm {
		return math.NaN()
	}
	return float64(j.At.Unix()/60 + 1 - int64(d.from))
}

func foundFine(e *judge.Evidence, _ day) float64 {
	if e.Judge(true).Metrics[0].Verdict == judge.Fine {
		return 1
	}
	return 0
}

func sum(got []float64) (n float64) {
	for _, x := range got {
		if !math.IsNaN(x) {
			n += x
		}
	}
	return n
}

func found(got []float64) (n int) {
	for _, x := range got {
		if !math.IsNaN(x) {
			n++
		}
	}
	return n
}

// median counts what was not found as later than all.
func median(got []float64) float64 {
	sorted := slices.Clone(got)
	for i, x := range sorted {
		if math.IsNaN(x) {
			sorted[i] = math.Inf(1)
		}
	}
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

// Two metrics at alpha .001: of 180 days of versions that are alike, none is to
// be stopped where minutes are exchangeable; and 3 of 100 at most where hosts
// differ for a while, up to a correlation of .95.
func TestSimulationVersionsThatAreAlikeAreLeftAlone(t *testing.T) {
	both := []string{judge.Errors, judge.Slow}
	alarms := 0
	for _, n := range exchangeable {
		k := found(simulate(day{noise: n, ratio: 1}, *runs, both, harmAfter))
		t.Logf("%-10s %d of %d stopped", n.name, k, *runs)
		alarms += k
	}
	if most := *runs * len(exchangeable) / 1000; alarms > most {
		t.Errorf("%d of %d stopped, at most %d may be", alarms, *runs*len(exchangeable), most)
	}
	for _, n := range hosts {
		k := found(simulate(day{noise: n, ratio: 1}, *runs, both, harmAfter))
		t.Logf("%-10s %d of %d stopped", n.name, k, *runs)
		if n.memory < .99 && k > 1+*runs*3/100 {
			t.Errorf("%s: %d of %d stopped", n.name, k, *runs)
		}
	}
}

func TestSimulationHarmIsFoundInTime(t *testing.T) {
	kinds := []struct {
		noise
		ratios, most, late []float64 // minutes, from the start and in the 21st hour
	}{
		{exchangeable[0], []float64{5, 10, 30}, []float64{16, 8, 7}, []float64{40, 25, 24}},
		{exchangeable[2], []float64{5, 10, 30}, []float64{25, 12, 9}, []float64{60, 35, 25}},
		{exchangeable[3], []float64{5, 10, 30}, []float64{16, 8, 7}, []float64{65, 28, 24}},
		{hosts[0], []float64{5, 10, 30}, []float64{18, 10, 8}, []float64{45, 28, 22}},
		{hosts[1], []float64{5, 10, 30}, []float64{30, 10, 8}, []float64{80, 28, 24}},
	}
	for _, k := range kinds {
		line := []string{fmt.Sprintf("%-10s", k.name)}
		for i, ratio := range k.ratios {
			for _, from := range []int{0, 1200} {
				many, most := *runs, k.most[i]
				if from > 0 {
					many, most = max(10, many/4), k.late[i]
				}
				got := median(simulate(day{noise: k.noise, ratio: ratio, from: from}, many, []string{judge.Errors, judge.Slow}, harmAfter))
				line = append(line, fmt.Sprintf("%gx from %d: %g", ratio, from, got))
				if got > most {
					t.Errorf("%s, %g times from minute %d: found after %g minutes, want %g", k.name, ratio, from, got, most)
				}
			}
		}
		t.Log(strings.Join(line, " | "))
	}
}

// A version at just the tolerance must not be found fine: in 7 of 100 days at
// most, up to a correlation of .95. One that is like the old one mostly is.
func TestSimulationOnlyWhatIsWithinToleranceIsFine(t *testing.T) {
	one := []string{judge.Errors}
	for _, n := range append([]noise{exchangeable[0], exchangeable[2]}, hosts...) {
		many := 2 * *runs
		if n.memory > 0 && n.memory < .99 {
			many = 8 * *runs
		}
		wrong := sum(simulate(day{noise: n, ratio: 1.5}, many, one, foundFine))
		right := sum(simulate(day{noise: n, ratio: 1}, *runs/2, one, foundFine))
		t.Logf("%-10s %g of %d wrongly, %g of %d rightly fine", n.name, wrong, many, right, *runs/2)
		if n.memory < .99 && (wrong > .07*float64(many) || right < .75*float64(*runs/2)) {
			t.Errorf("%s: %g of %d wrongly, %g of %d rightly fine", n.name, wrong, many, right, *runs/2)
		}
	}
}

// Where the new side has three zones, harm has to show in two of them: that costs
// no time, and a host that is bad does not stop a version.
func TestSimulationOneBadZoneIsToldApartFromABadVersion(t *testing.T) {
	one := []string{judge.Errors}
	for _, n := range []noise{exchangeable[0], exchangeable[2], hosts[0], hosts[1], hosts[2]} {
		line := []string{fmt.Sprintf("%-10s", n.name)}
		for _, c := range []struct{ ratio, most float64 }{{5, 25}, {10, 12}, {30, 9}} {
			got := median(simulate(day{noise: n, ratio: c.ratio, zones: 3}, *runs, one, harmAfter))
			line = append(line, fmt.Sprintf("%gx: %g", c.ratio, got))
			if got > c.most {
				t.Errorf("%s, %g times: found after %g minutes, want %g", n.name, c.ratio, got, c.most)
			}
		}
		few := max(10, *runs/3)
		alike := found(simulate(day{noise: n, ratio: 1, zones: 3}, few, one, harmAfter))
		bad := found(simulate(day{noise: n, ratio: 1, zones: 3, bad: 8}, few, one, harmAfter))
		t.Logf("%s | alike: %d of %d stopped | one bad host: %d of %d stopped", strings.Join(line, " | "), alike, few, bad, few)
		if n.memory < .99 && (alike > 1+few/100 || bad > 2+few/20) {
			t.Errorf("%s: %d alike and %d with a bad host stopped, of %d", n.name, alike, bad, few)
		}
	}
}
