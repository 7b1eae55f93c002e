package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestEveryValueIsWithinOnePercentOfItsCell(t *testing.T) {
	for _, v := range []float64{1e-100, 3.3e-9, 0.0007, 0.01, 0.123456, 0.5, 1, 1.004, 2, 2.01, 4.999, 5, 9.999, 10, 299.5, 7e12, 1e100, -0.3, -77} {
		got := cell{index: indexOf(v)}.edge()
		if math.Abs(got-v) > math.Abs(v)*0.0101 {
			t.Errorf("%v is taken for %v", v, got)
		}
	}
	if got := (cell{index: indexOf(0)}).edge(); got != 0 {
		t.Errorf("0 is taken for %v", got)
	}
}

func TestRoundNumbersComeBackAsTheyWentIn(t *testing.T) {
	for _, v := range []float64{0.001, 0.05, 0.1, 0.25, 0.3, 0.5, 0.75, 1, 1.1, 1.25, 2, 3, 5, 10, 20, 95, 100, 250, 500, 1000} {
		if got := (cell{index: indexOf(v)}).edge(); math.Abs(got-v) > v*1e-12 {
			t.Errorf("%v comes back as %v", v, got)
		}
	}
}

func TestCellsAreOrderedAsTheirValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	values := []float64{0}
	for range 2000 {
		values = append(values, r.NormFloat64()*math.Pow(10, 6*r.NormFloat64()))
	}
	slices.Sort(values)
	for i := 1; i < len(values); i++ {
		if a, b := indexOf(values[i-1]), indexOf(values[i]); a > b {
			t.Fatalf("%v is in cell %d, %v in %d", values[i-1], a, values[i], b)
		}
	}
}
