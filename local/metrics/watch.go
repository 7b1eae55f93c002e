package metrics

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// spare is how many periods more than its own an alarm looks at, so that a
// point that comes late or not at all is made up for by an older one.
const spare = 2

// watchLater evaluates an alarm after the end of its next period, or of the
// next minute if that is sooner: a little after, for points that end with it.
func (s *Store) watchLater(a *alarm) {
	interval := time.Duration(min(a.period, 60)) * time.Second
	boundary := time.Now().Truncate(interval).Add(interval)
	a.next = s.loop.At(boundary.Add(interval/20), func() {
		s.watch(a, time.Now())
		s.watchLater(a)
	})
}

// watch brings the state of an alarm up to date and carries out what follows.
func (s *Store) watch(a *alarm, now time.Time) {
	seen := s.look(a, now)
	state, reason := judged(a.about, seen)
	if state == a.about.StateValue {
		s.act(a, seen, now, true)
		return
	}
	s.enter(a, state, reason(), now)
	s.act(a, seen, now, false)
}

// sighting is what an alarm sees at one time: the points there are, newest
// first, of the periods it looks at.
type sighting struct {
	points []float64
	times  []int64
	end    int64 // of the newest period
	period int64
}

func (s *Store) look(a *alarm, now time.Time) sighting {
	seen := sighting{end: now.Unix() - now.Unix()%a.period, period: a.period}
	from := seen.end - int64(*a.about.EvaluationPeriods+spare)*a.period
	_, id := watched(a.about)
	lines, err := a.asks.anew(time.Unix(from, 0), time.Unix(seen.end, 0)).lines(id)
	if err != nil || len(lines) != 1 {
		return seen
	}
	points := lines[0].points
	seen.times = slices.Sorted(maps.Keys(points))
	slices.Reverse(seen.times)
	seen.times = seen.times[:min(len(seen.times), int(*a.about.EvaluationPeriods))]
	for _, at := range seen.times {
		seen.points = append(seen.points, points[at])
	}
	return seen
}

// judged is the state that follows from a sighting; "M out of N", with the
// missing points treated as the alarm says. The rules are those of CloudWatch's
// guide, "Configuring how CloudWatch alarms treat missing data".
func judged(about types.MetricAlarm, seen sighting) (state types.StateValue, reason func() string) {
	n := int(*about.EvaluationPeriods)
	needed := n
	if about.DatapointsToAlarm != nil {
		needed = int(*about.DatapointsToAlarm)
	}
	missing := n - len(seen.points)
	breaching, oldest := 0, int64(0)
	for i, v := range seen.points {
		if breaches(about, v) {
			breaching++
			oldest = (seen.end - seen.times[i]) / seen.period
		}
	}
	alarm := func() string { return crossed(about, seen, breaching, "") }
	ok := func() string { return crossed(about, seen, len(seen.points)-breaching, "not ") }
	same := func() string { return aws.ToString(about.StateReason) }
	treat := aws.ToString(about.TreatMissingData)
	if treat == "breaching" {
		breaching += missing
	}
	switch {
	case breaching >= needed:
		return types.StateValueAlarm, alarm
	case treat == "breaching" || treat == "notBreaching":
		return types.StateValueOk, ok
	case len(seen.points) == 0 && treat == "ignore":
		return about.StateValue, same
	case len(seen.points) == 0:
		return types.StateValueInsufficientData, func() string { return fmt.Sprintf("Insufficient Data: %d datapoints were unknown.", n) }
	case breaching < len(seen.points):
		return types.StateValueOk, ok
	case treat != "ignore" && oldest >= int64(needed):
		// All there is breaches, and has since long enough ago.
		return types.StateValueAlarm, alarm
	}
	return about.StateValue, same
}

func breaches(about types.MetricAlarm, v float64) bool {
	switch about.ComparisonOperator {
	case types.ComparisonOperatorGreaterThanOrEqualToThreshold:
		return v >= *about.Threshold
	case types.ComparisonOperatorGreaterThanThreshold:
		return v > *about.Threshold
	case types.ComparisonOperatorLessThanThreshold:
		return v < *about.Threshold
	}
	return v <= *about.Threshold
}

// crossed words the reason for a state as CloudWatch does.
func crossed(about types.MetricAlarm, seen sighting, n int, not string) string {
	if len(seen.points) == 0 {
		return fmt.Sprintf("Threshold Crossed: no datapoints were received for %d periods and %d missing datapoints were treated as [%sBreaching].",
			*about.EvaluationPeriods, *about.EvaluationPeriods, strings.TrimSpace(not))
	}
	var points []string
	for i, v := range seen.points {
		points = append(points, fmt.Sprintf("%g (%s)", v, time.Unix(seen.times[i], 0).UTC().Format("02/01/06 15:04:05")))
	}
	relation := map[types.ComparisonOperator]string{
		types.ComparisonOperatorGreaterThanOrEqualToThreshold: "greater than or equal to",
		types.ComparisonOperatorGreaterThanThreshold:          "greater than",
		types.ComparisonOperatorLessThanThreshold:             "less than",
		types.ComparisonOperatorLessThanOrEqualToThreshold:    "less than or equal to",
	}[about.ComparisonOperator]
	return fmt.Sprintf("Threshold Crossed: %d out of the last %d datapoints [%s] were %s%s the threshold (%g).",
		n, *about.EvaluationPeriods, strings.Join(points, ", "), not, relation, *about.Threshold)
}

func (s *Store) enter(a *alarm, state types.StateValue, reason string, now time.Time) {
	now = now.UTC()
	summary := fmt.Sprintf("Alarm updated from %s to %s", a.about.StateValue, state)
	a.about.StateValue, a.about.StateReason = state, &reason
	a.about.StateUpdatedTimestamp, a.about.StateTransitionedTimestamp = &now, &now
	s.note(a, types.HistoryItemTypeStateUpdate, summary)
}

// act carries out the actions of the state that an alarm is in. Once it has
// been in it before, only scaling policies are told again.
func (s *Store) act(a *alarm, seen sighting, now time.Time, again bool) {
	if !*a.about.ActionsEnabled {
		return
	}
	for _, arn := range actionsOf(a.about) {
		if again && !strings.Contains(arn, ":autoscaling:") {
			continue
		}
		action := Action{ARN: arn, Alarm: a.about, At: now}
		if len(seen.points) > 0 {
			action.Value, action.Known = seen.points[0], true
		}
		if !again {
			s.note(a, types.HistoryItemTypeAction, "Successfully executed action "+arn)
		}
		for _, f := range s.actions {
			f(action)
		}
	}
}

func actionsOf(about types.MetricAlarm) []string {
	switch about.StateValue {
	case types.StateValueAlarm:
		return about.AlarmActions
	case types.StateValueOk:
		return about.OKActions
	}
	return about.InsufficientDataActions
}
