// Package flow is traffic by the number: how many requests came in some time,
// and what became of them. With it a day of traffic costs as little as a day of
// metrics. It knows neither balancers nor machines.
package flow

import (
	"math"
	"sort"
	"time"
)

// Span is a stretch of time with the number of requests that came in it, evenly.
type Span struct {
	From, To time.Time
	N        int
}

// Part is what of a span lies between two times.
func (s Span) Part(from, to time.Time) Span {
	whole := s.To.Sub(s.From)
	if from.Before(s.From) {
		from = s.From
	}
	if to.After(s.To) {
		to = s.To
	}
	if whole <= 0 || !from.Before(to) {
		return Span{From: from, To: from}
	}
	return Span{from, to, int(math.Round(float64(s.N) * float64(to.Sub(from)) / float64(whole)))}
}

// Served is what became of a span's requests at one server. Those that are not
// told of were answered with a code of 2XX.
type Served struct {
	Redirected int // 3XX
	Rejected   int // 4XX
	Failed     int // 5XX
	Broken     int // begun and never answered
	Refused    int // never reached it
	Took       Latencies
	Busy       time.Duration // processor time spent on them
}

// Answered is how many of n requests were.
func (s *Served) Answered(n int) int { return n - s.Broken - s.Refused }

// Break lets up to n of the answers be none, the slowest first.
func (s *Served) Break(n int) {
	for i := len(s.Took) - 1; i >= 0 && n > 0; i-- {
		gone := min(n, s.Took[i])
		s.Took[i] -= gone
		s.Broken += gone
		n -= gone
	}
}

// Latencies counts answers by how long they took, up to the bound of each bucket.
type Latencies [18]int

// bounds are those of the buckets, chosen so that CloudWatch's own cells end
// there too: how many were slower than one of them is exact.
func bounds() [len(Latencies{})]time.Duration {
	const ms = time.Millisecond
	return [...]time.Duration{
		ms, 2 * ms, 5 * ms, 10 * ms, 20 * ms, 50 * ms, 100 * ms, 150 * ms, 200 * ms, 300 * ms, 500 * ms, 750 * ms,
		time.Second, 1500 * ms, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	}
}

// Bound is the longest time that a bucket counts.
func Bound(bucket int) time.Duration { return bounds()[bucket] }

// Add counts n answers that took d, or 30 s if that is longer.
func (l *Latencies) Add(d time.Duration, n int) {
	all := bounds()
	l[min(sort.Search(len(all), func(i int) bool { return all[i] >= d }), len(l)-1)] += n
}

// Merge adds what another counted.
func (l *Latencies) Merge(o *Latencies) {
	for i, n := range o {
		l[i] += n
	}
}

// InFlight is how many of a span's requests were still being answered some time
// after it had ended. A part of a request is one.
func (l *Latencies) InFlight(span, after time.Duration) int {
	if span <= 0 {
		return 0
	}
	var n float64
	for i, count := range l {
		if left := Bound(i) - after; count > 0 && left > 0 {
			n += float64(count) * min(1, left.Seconds()/span.Seconds())
		}
	}
	return int(math.Ceil(n))
}

// Cause is why requests were lost.
type Cause string

// The ways in which requests get lost.
const (
	NoListener Cause = "nothing listens there"
	NoTarget   Cause = "no target could be chosen"
	Unreached  Cause = "the target refused the connection"
	Broken     Cause = "the target broke off"
	Cut        Cause = "the target went before its answer"
)

// Loss is requests that nobody answered.
type Loss struct {
	At       time.Time // when they were missed first
	Cause    Cause
	Balancer string
	Target   string // empty: none was chosen
	Requests int
}
