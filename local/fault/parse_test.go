package fault_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko/local/fault"
)

func TestFaultsAreReadFromWords(t *testing.T) {
	got, err := fault.Parse([]string{
		"throttle=0.1", "error=0.2", "lost-answer=1", "calls=CreateTags,RunInstances", "stale=10s", "slow-boot=1m@0.5",
		"no-capacity=us-east-1a,t3.micro", "no-capacity=us-east-1b/m5.large", "quota=20", "deaths=2.5", "late-metrics=2m", "linger=5s", "clock=-1h", "seed=7",
	})
	want := fault.Faults{
		Throttle: 0.1, Error: 0.2, LostAnswer: 1, Calls: []string{"CreateTags", "RunInstances"}, Stale: 10 * time.Second,
		SlowBoot: time.Minute, SlowBoots: 0.5, NoCapacity: []string{"us-east-1a", "t3.micro", "us-east-1b/m5.large"},
		Quota: 20, Deaths: 2.5, LateMetrics: 2 * time.Minute, Linger: 5 * time.Second, Clock: -time.Hour, Seed: 7,
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestWordsThatAreNoFaultAreRefused(t *testing.T) {
	for word, want := range map[string]string{
		"throttle":        "fault throttle: want NAME=VALUE",
		"throttle=2":      "fault throttle=2: want a part from 0 to 1",
		"error=often":     "fault error=often: want a part from 0 to 1",
		"stale=10":        "fault stale=10: want a time such as 10s",
		"slow-boot=1m@x":  "fault slow-boot=1m@x: want a part from 0 to 1",
		"quota=0":         "fault quota=0: want a number above 0",
		"deaths=101":      "fault deaths=101: want a number from 0 to 100",
		"clock=late":      "fault clock=late: want a time such as 1h or -1h",
		"seed=x":          "fault seed=x: want a number",
		"weather=awkward": "fault weather=awkward: there is no such fault",
	} {
		if _, err := fault.Parse([]string{word}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", word, err, want)
		}
	}
}
