package evidence

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko"
)

// minutes are a series of values from midnight on; negative ones are missing.
func minutes(values ...float64) series {
	s := series{}
	for i, v := range values {
		if v >= 0 {
			s[time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC)] = v
		}
	}
	return s
}

func repeat(v float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = v
	}
	return all
}

func TestALoadIsTheHighestMeanAnInstanceWasSeenToCarry(t *testing.T) {
	requests := append(repeat(600, 30), repeat(400, 30)...)
	hosts := append(repeat(2, 30), repeat(4, 30)...)
	l := load(minutes(requests...), minutes(hosts...), time.Minute)
	if l.Peak != 300 || l.Now != 400 || !l.Known || l.Span != time.Hour {
		t.Errorf("got %+v, want a peak of 300, 400 now, known over an hour", l)
	}
}

func TestOneMinuteIsNoPeak(t *testing.T) {
	requests := repeat(100, 60)
	requests[30] = 1600
	l := load(minutes(requests...), minutes(repeat(1, 60)...), time.Minute)
	if l.Peak != 200 {
		t.Errorf("peak %v, want the mean of 15 minutes, 200", l.Peak)
	}
}

func TestPeriodsOfASecondAreToldByTheMinute(t *testing.T) {
	requests, hosts := series{}, series{}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 20 {
		requests[start.Add(time.Duration(i)*time.Second)] = 50
		hosts[start.Add(time.Duration(i)*time.Second)] = 2
	}
	l := load(requests, hosts, time.Second)
	if math.Abs(l.Now-3000) > 1e-6 || math.Abs(l.Peak-1500) > 1e-6 || !l.Known {
		t.Errorf("got %+v, want 3000 now and a peak of 1500", l)
	}
}

func TestFewMeasurementsAreNotEnough(t *testing.T) {
	if l := load(minutes(100, 100), minutes(1, 1), time.Minute); l.Known {
		t.Errorf("got %+v from two minutes, want not known", l)
	}
	if l := load(nil, minutes(1, 1, 1, 1, 1, 1), time.Minute); l.Known {
		t.Errorf("got %+v without requests, want not known", l)
	}
}

func TestCountsOfHostsAreCarriedOverGaps(t *testing.T) {
	got := carried([]series{minutes(3, -1, -1, 5, -1, -1, -1, -1, -1, -1)}, time.Minute)[0]
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, want := range []float64{3, 3, 3, 5, 5, 5, 5, 5, 5, 0} {
		if v := got[start.Add(time.Duration(i)*time.Minute)]; v != want {
			t.Errorf("minute %d: %v, want %v", i, v, want)
		}
	}
}

func TestAMetricThatCouldNotBeReadIsNotZero(t *testing.T) {
	for status, want := range map[types.StatusCode]error{
		types.StatusCodeComplete:      nil,
		types.StatusCodePartialData:   nil, // more is on the next page
		types.StatusCodeInternalError: gekko.ErrUnavailable,
		types.StatusCodeForbidden:     gekko.ErrDenied,
	} {
		if err := answered(types.MetricDataResult{StatusCode: status}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", status, err, want)
		}
	}
}
