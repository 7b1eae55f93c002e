package judge

import (
	"fmt"
	"math"
	"strings"
	"time"

	"gekko"
)

// Power is what a soak can find, if minutes are no more uneven than chance makes
// them.
type Power struct {
	Requests float64 // that reach the new version
	Events   float64 // of those that fail at the old version's rate
	// Finds and FindsSoon are the least ratios of the rates at which harm is
	// found, about half of the time, in the whole soak and in half an hour; +Inf
	// if none is.
	Finds, FindsSoon float64
	// Certifies is the least tolerance within which a version like the old one
	// is found fine, four times out of five; +Inf if none is.
	Certifies float64
	Fine      bool // whether it will be found fine by the policy
	Sentence  string

	rate float64 // that the ratios are of
}

// soon is a time in which large harm should be found.
const soon = 30 * time.Minute

// Detectable is what a soak finds, from how many requests a minute will reach
// the new version and the share of them that fails on the old one.
func Detectable(p gekko.JudgePolicy, soak time.Duration, requestsPerMinute, errorRate float64) Power {
	p = p.Complete()
	minutes := soak.Minutes()
	w := Power{Requests: minutes * requestsPerMinute, Certifies: math.Inf(1)}
	w.Events = w.Requests * errorRate
	// Where nothing fails, one failure a soak stands for the rate.
	w.rate = max(errorRate, 1/max(1, w.Requests))
	perPeriod := requestsPerMinute * w.rate * p.Period.Minutes()
	w.Finds = finds(p, perPeriod, float64(soak)/float64(p.Period))
	w.FindsSoon = finds(p, perPeriod, float64(min(soak, soon))/float64(p.Period))
	if w.Events > 0 {
		w.Certifies = math.Exp((student(p.Confidence, p.Blocks-1) + fourOfFive) / math.Sqrt(w.Events))
	}
	w.Fine = w.Certifies <= p.Tolerance || errorRate < p.Budget && withinBudget(errorRate, p) <= w.Requests
	w.Sentence = w.sentence(p, soak)
	return w
}

func (w Power) sentence(p gekko.JudgePolicy, soak time.Duration) string {
	s := fmt.Sprintf("In %s, %.0f requests and about %.0f errors are expected on the new version: ", span(soak), w.Requests, w.Events)
	switch {
	case math.IsInf(w.Finds, 1) || w.Finds*w.rate > 1:
		s += "too few to find any harm by them"
	case w.Events == 0:
		s += fmt.Sprintf("%s failing would be found", percent(w.Finds*w.rate))
	default:
		s += fmt.Sprintf("%s times the errors would be found", short(w.Finds))
	}
	if w.FindsSoon*w.rate <= 1 && w.FindsSoon > w.Finds {
		s += fmt.Sprintf(", %s failing within %s", percent(w.FindsSoon*w.rate), span(soon))
	}
	switch {
	case w.Certifies <= p.Tolerance:
		return s + fmt.Sprintf("; a version that is no worse would be found fine within %s times.", short(p.Tolerance))
	case w.Fine:
		return s + fmt.Sprintf("; a version that is no worse would be found fine within the budget of %s.", percent(p.Budget))
	}
	return s + fmt.Sprintf("; it takes more to find it fine within %s times.", short(p.Tolerance))
}

// finds is the least ratio found within some periods, when so many events a
// period are expected at the old version's rate.
func finds(p gekko.JudgePolicy, perPeriod, periods float64) float64 {
	const largest = 1000
	if periodsToFind(p, perPeriod, largest) > periods {
		return math.Inf(1)
	}
	low, high := 1.0, float64(largest)
	for range 30 {
		mid := math.Sqrt(low * high)
		if periodsToFind(p, perPeriod, mid) > periods {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// periodsToFind is how many periods either path takes to find a ratio, by how
// fast its best bet grows.
func periodsToFind(p gekko.JudgePolicy, perPeriod, ratio float64) float64 {
	threshold := float64(len(sources())) / p.Alpha
	most := 0.0
	for _, a := range excesses {
		most = max(most, perPeriod*(ratio*math.Log(a)-disaster*(a-1)))
	}
	quick := max(
		until(threshold*float64(len(excesses)), most),
		until(persist*float64(len(fractions)), swapGrowth(1, perPeriod, ratio)),
	)
	return min(quick, until(threshold*float64(len(fractions)), swapGrowth(p.SlowPath, perPeriod, ratio)))
}

func until(threshold, growth float64) float64 {
	if growth <= 0 {
		return math.Inf(1)
	}
	return math.Ceil(math.Log(threshold/atOnce) / growth)
}

// swapGrowth is how much the logarithm of swap's best bet gains a period, beside
// an old side with many more requests.
func swapGrowth(pass, perPeriod, ratio float64) float64 {
	const many = 1e6
	var growth [len(fractions)]float64
	mean := perPeriod * ratio
	reach := 5*math.Sqrt(mean) + 5
	step := max(1, math.Floor(reach/25)) // every so many will do where there are many
	total := 0.0
	for k := max(0, math.Floor(mean-reach)); k <= mean+reach; k += step {
		chance := math.Exp(k*math.Log(mean) - mean - logFactorial(k))
		x := lead(pair{Count{many, many * perPeriod}, Count{1, k}}, pass)
		total += chance
		for i, f := range fractions {
			growth[i] += chance * math.Log1p(f*x)
		}
	}
	best := 0.0
	for _, g := range growth {
		best = max(best, g/total)
	}
	return best
}

func logFactorial(k float64) float64 {
	l, _ := math.Lgamma(k + 1)
	return l
}

// span is a time without parts that are 0: 24h, 30m.
func span(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
}
