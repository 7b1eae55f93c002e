package metrics

import (
	"strings"
	"testing"
	"time"

	"gekko/local/loop"
)

func FuzzExpression(f *testing.F) {
	f.Add("IF(m1 > 3, m1 / RATE(m2) * 100, FILL(m1, REPEAT))")
	f.Add("SUM(METRICS(\"errors\")) ^ -e1 - (2.5 + m1)")
	f.Add(strings.Repeat("(", 2000))
	f.Add("e1 + e1")
	f.Fuzz(func(_ *testing.T, text string) {
		e, err := parseExpression(text)
		if err != nil {
			return
		}
		start := time.Unix(1767225600, 0)
		q := &queries{
			store: New(Options{Account: "000000000000", Region: "us-east-1", Loop: &loop.Loop{}}),
			start: start, end: start.Add(5 * time.Minute),
			readings: map[string]reading{}, math: map[string]expression{"e1": e}, labels: map[string]string{},
			done: map[string][]line{}, open: map[string]bool{},
		}
		_, _ = e.evaluate(q)
	})
}

// A stack that runs over would end the whole cloud.
func TestAnExpressionIsNoLongerThanAWSHasThem(t *testing.T) {
	if _, err := parseExpression(strings.Repeat("(", 8<<20)); err == nil || !strings.Contains(err.Error(), "2048") {
		t.Errorf("refused with %v", err)
	}
}

func FuzzStatistic(f *testing.F) {
	for _, s := range []string{"p99.9", "TC(0.5:)", "TM(10%:90%)", "PR(:1e308)", "IQM", "ts(", "p"} {
		f.Add(s, 1.5, 3.0)
	}
	f.Fuzz(func(_ *testing.T, name string, value, count float64) {
		of, err := parseStatistic(name)
		if err != nil {
			return
		}
		b := &bucket{}
		b.add(value, count)
		of(b)
	})
}
