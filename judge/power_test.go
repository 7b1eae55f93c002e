package judge_test

import (
	"math"
	"testing"
	"time"

	"gekko"
	"gekko/judge"
)

func TestWhatASoakCanFindIsSaidBeforeIt(t *testing.T) {
	for _, c := range []struct {
		soak      time.Duration
		perMinute float64
		rate      float64
		want      string
	}{
		{24 * time.Hour, 120, .01, "In 24h, 172800 requests and about 1728 errors are expected on the new version: 2.17 times the errors would be found, 3.82 % failing within 30m; a version that is no worse would be found fine within 1.5 times."},
		{24 * time.Hour, 30, .001, "In 24h, 43200 requests and about 43 errors are expected on the new version: 3.08 times the errors would be found, 1.37 % failing within 30m; it takes more to find it fine within 1.5 times."},
		{24 * time.Hour, 30, 0, "In 24h, 43200 requests and about 0 errors are expected on the new version: 0.0299 % failing would be found, 0.864 % failing within 30m; a version that is no worse would be found fine within the budget of 0.1 %."},
		{10 * time.Minute, 100, .01, "In 10m, 1000 requests and about 10 errors are expected on the new version: 5.16 times the errors would be found; it takes more to find it fine within 1.5 times."},
		{time.Hour, 0, 0, "In 1h, 0 requests and about 0 errors are expected on the new version: too few to find any harm by them; it takes more to find it fine within 1.5 times."},
		{time.Minute, 2, .01, "In 1m, 2 requests and about 0 errors are expected on the new version: too few to find any harm by them; it takes more to find it fine within 1.5 times."},
	} {
		if got := judge.Detectable(gekko.JudgePolicy{}, c.soak, c.perMinute, c.rate); got.Sentence != c.want {
			t.Errorf("%+v\n got %s\nwant %s", got, got.Sentence, c.want)
		}
	}
}

// The planning rule of the ratios' bounds: a tolerance of 1.5 takes about 45
// expected events, 2 about 15, 3 about 6, 1.25 about 150.
func TestAToleranceTakesSoManyEvents(t *testing.T) {
	for events, want := range map[float64]float64{6.2: 3, 15.5: 2, 45.5: 1.5, 150: 1.25} {
		w := judge.Detectable(gekko.JudgePolicy{}, time.Hour, events/60/.001, .001)
		if math.Abs(w.Certifies-want) > .01 {
			t.Errorf("%v events certify %v, want %v", events, w.Certifies, want)
		}
	}
}

func TestWhatIsSaidToBeFoundIsFound(t *testing.T) {
	w := judge.Detectable(gekko.JudgePolicy{}, 30*time.Minute, 120, .01)
	got := median(simulate(day{noise: exchangeable[0], ratio: w.Finds}, 20, nil, harmAfter))
	if got < 15 || got > 60 {
		t.Errorf("%.2f times, said to be found within 30 minutes, took %v", w.Finds, got)
	}
}
