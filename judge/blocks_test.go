package judge

import (
	"math"
	"testing"
)

func TestStudentsQuantiles(t *testing.T) {
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
