package metrics

import (
	"math"
	"slices"
	"testing"
)

func TestStatisticsAreComputedFromWhatHappened(t *testing.T) {
	b := &bucket{}
	for i := 1; i <= 100; i++ {
		b.add(float64(i)/100, 1) // 0.01 to 1.00
	}
	b.add(3, 100)
	for _, row := range []struct {
		name string
		want float64
	}{
		{"SampleCount", 200},
		{"Sum", 350.5},
		{"Average", 1.7525},
		{"Minimum", 0.01},
		{"Maximum", 3},
		{"p25", 0.5},
		{"p50", 1},
		{"p50.5", 3},
		{"p99.9", 3},
		{"p0", 0.01},
		{"p100", 3},
		{"TC(0.5:)", 150},
		{"TC(:0.5)", 50},
		{"TC(0.5:1)", 50},
		{"TC(2:2.5)", 0},
		{"TC(3:)", 0},
		{"PR(:0.5)", 25},
		{"PR(1:)", 50},
		{"TS(1:)", 300},
		{"TM(0.5:1)", 0.755},
		{"TM(50%:100%)", 3},
		{"tm50", 0.505},
		{"tc50", 100},
		{"ts50", 50.5},
		{"IQM", (0.755*50 + 3*50) / 100},
	} {
		f, err := parseStatistic(row.name)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if got, known := f(b); !known || math.Abs(got-row.want) > math.Abs(row.want)*0.006 {
			t.Errorf("%s is %v, want %v", row.name, got, row.want)
		}
	}
}

func TestPercentilesOfManyValuesAreWithinOnePercent(t *testing.T) {
	b := &bucket{}
	var all []float64
	for i := range 100_000 {
		v := math.Exp(float64(i%9973)/1500 - 6)
		b.add(v, 1)
		all = append(all, v)
	}
	slices.Sort(all)
	for _, p := range []struct {
		name string
		rank int
	}{{"p50", 50_000}, {"p90", 90_000}, {"p99", 99_000}, {"p99.9", 99_900}} {
		f, _ := parseStatistic(p.name)
		got, _ := f(b)
		if want := all[p.rank-1]; math.Abs(got-want) > 0.0105*want {
			t.Errorf("%s is %v, want %v", p.name, got, want)
		}
	}
	if n := len(b.values); n > 1200 {
		t.Errorf("it takes %d cells", n)
	}
}

func TestSetsHaveNoPercentilesUnlessAllTheirValuesAreEqual(t *testing.T) {
	p99, _ := parseStatistic("p99")
	b := &bucket{}
	b.addSet(10, 50, 5, 5)
	if v, known := p99(b); !known || v != 5 {
		t.Errorf("of equal values it is %v, %v", v, known)
	}
	b.addSet(10, 60, 5, 7)
	if v, known := p99(b); known {
		t.Errorf("of unknown values it is %v", v)
	}
}

func TestWhatIsNoStatisticIsRefused(t *testing.T) {
	for name, want := range map[string]string{
		"": "ValidationError", "Mean": "ValidationError", "p": "ValidationError", "p101": "ValidationError", "TC()": "ValidationError",
		"TC(:)": "ValidationError", "TC(5:1)": "ValidationError", "PR(1%:2%)": "ValidationError", "TC(10%:5)": "ValidationError",
		"WM(10%:90%)": "UnsupportedOperation", "wm90": "UnsupportedOperation",
	} {
		_, err := parseStatistic(name)
		if err == nil || err.Error()[:len(want)] != want {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
}
