package fault

import (
	"strings"
	"testing"
)

func FuzzParse(f *testing.F) {
	f.Add("throttle=0.1 calls=A,B slow-boot=1m@0.5 seed=1")
	f.Add("late-metrics=1s@NaN deaths=+Inf quota=-1")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Parse(strings.Fields(text))
		if err != nil {
			return
		}
		for _, part := range []float64{got.Throttle, got.Error, got.LostAnswer, got.SlowBoots, got.Revised, got.Deaths / 100} {
			if !(part >= 0 && part <= 1) {
				t.Errorf("%q gives a part of %v", text, part)
			}
		}
	})
}
