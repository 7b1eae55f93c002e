package metrics

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/loop"
	"gekko/local/wire"
)

// alarm watches one metric, or one expression over several.
type alarm struct {
	about  types.MetricAlarm // as it is described
	tags   map[string]string
	period int64    // seconds
	asks   *queries // what it watches, read once
	next   *loop.Event
}

// PutMetricAlarm makes an alarm, or changes one without touching its state.
func (s *Store) PutMetricAlarm(_ context.Context, in *cloudwatch.PutMetricAlarmInput) (*cloudwatch.PutMetricAlarmOutput, error) {
	if err := checkAlarm(in); err != nil {
		return nil, err
	}
	about := described(in)
	about.AlarmArn = aws.String("arn:aws:cloudwatch:" + s.region + ":" + s.account + ":alarm:" + *in.AlarmName)
	period, asks, err := s.checkWatched(about)
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	about.AlarmConfigurationUpdatedTimestamp = &now
	a := s.alarms[*in.AlarmName]
	what := "updated"
	if a == nil {
		what = "created"
		a = &alarm{tags: map[string]string{}}
		for _, t := range in.Tags {
			a.tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
		}
		s.alarms[*in.AlarmName] = a
		a.about.StateValue = types.StateValueInsufficientData
		a.about.StateReason = aws.String("Unchecked: Initial alarm creation")
		a.about.StateUpdatedTimestamp, a.about.StateTransitionedTimestamp = &now, &now
	}
	about.StateValue, about.StateReason, about.StateReasonData = a.about.StateValue, a.about.StateReason, a.about.StateReasonData
	about.StateUpdatedTimestamp, about.StateTransitionedTimestamp = a.about.StateUpdatedTimestamp, a.about.StateTransitionedTimestamp
	a.about, a.period, a.asks = about, period, asks
	s.note(a, types.HistoryItemTypeConfigurationUpdate, `Alarm "`+*in.AlarmName+`" `+what)
	a.next.Cancel()
	s.watchLater(a)
	return &cloudwatch.PutMetricAlarmOutput{}, nil
}

func described(in *cloudwatch.PutMetricAlarmInput) types.MetricAlarm {
	about := types.MetricAlarm{
		ActionsEnabled: aws.Bool(in.ActionsEnabled == nil || *in.ActionsEnabled),
		AlarmActions:   in.AlarmActions, OKActions: in.OKActions, InsufficientDataActions: in.InsufficientDataActions,
		AlarmDescription: in.AlarmDescription, AlarmName: in.AlarmName,
		ComparisonOperator: in.ComparisonOperator, Threshold: in.Threshold,
		DatapointsToAlarm: in.DatapointsToAlarm, EvaluationPeriods: in.EvaluationPeriods,
		TreatMissingData: in.TreatMissingData,
		Namespace:        in.Namespace, MetricName: in.MetricName, Dimensions: in.Dimensions,
		Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic,
		Period: in.Period, Unit: in.Unit, Metrics: in.Metrics,
	}
	return about
}

var extendedStatistic = regexp.MustCompile(`^(p(\d{1,2}(\.\d{0,10})?|100)|[a-z]{2}\d|[A-Z]{2}\(|IQM)`)

func checkAlarm(in *cloudwatch.PutMetricAlarmInput) error {
	name := aws.ToString(in.AlarmName)
	invalid := func(format string, args ...any) error { return wire.Invalid(format, args...) }
	periods := aws.ToInt32(in.EvaluationPeriods)
	switch {
	case name == "" || len(name) > 255:
		return invalid("An alarm's name has 1 to 255 characters.")
	case periods < 1:
		return invalid("The parameter EvaluationPeriods of the alarm %s must be at least 1.", name)
	case in.DatapointsToAlarm != nil && (*in.DatapointsToAlarm < 1 || *in.DatapointsToAlarm > periods):
		return invalid("The parameter DatapointsToAlarm of the alarm %s must be from 1 to EvaluationPeriods, %d.", name, periods)
	case in.Threshold == nil:
		return invalid("The parameter Threshold of the alarm %s is required.", name)
	case len(in.AlarmActions) > 5 || len(in.OKActions) > 5 || len(in.InsufficientDataActions) > 5:
		return invalid("The alarm %s has more than 5 actions for a state.", name)
	case in.TreatMissingData != nil && !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, *in.TreatMissingData):
		return invalid("The value %s for parameter TreatMissingData is not valid: use breaching, notBreaching, ignore or missing.", *in.TreatMissingData)
	case (in.MetricName == nil) == (len(in.Metrics) == 0):
		return invalid("Exactly one of the parameters MetricName and Metrics must be given for the alarm %s.", name)
	case in.MetricName != nil && (in.Statistic == "") == (in.ExtendedStatistic == nil):
		return invalid("Exactly one of the parameters Statistic and ExtendedStatistic must be given for the alarm %s.", name)
	case in.ExtendedStatistic != nil && !extendedStatistic.MatchString(*in.ExtendedStatistic):
		return invalid("The value %s for parameter ExtendedStatistic is not valid.", *in.ExtendedStatistic)
	case len(in.Metrics) > 0 && (in.Period != nil || in.Namespace != nil || in.Statistic != ""):
		return invalid("The alarm %s has Metrics, which carry their own namespace, statistic and period.", name)
	}
	switch in.ComparisonOperator {
	case types.ComparisonOperatorGreaterThanOrEqualToThreshold, types.ComparisonOperatorGreaterThanThreshold,
		types.ComparisonOperatorLessThanThreshold, types.ComparisonOperatorLessThanOrEqualToThreshold:
		return nil
	}
	if strings.Contains(string(in.ComparisonOperator), "Upper") || strings.Contains(string(in.ComparisonOperator), "LowerThreshold") {
		return wire.Errorf("UnsupportedOperation", "Anomaly detection (%s) is not supported here; use a fixed threshold.", in.ComparisonOperator)
	}
	return invalid("The value %q for parameter ComparisonOperator is not valid.", in.ComparisonOperator)
}

// watched gives an alarm's metrics as the queries of a GetMetricData call, and
// the id of the one that is compared.
func watched(about types.MetricAlarm) (all []types.MetricDataQuery, id string) {
	if len(about.Metrics) == 0 {
		stat := string(about.Statistic)
		if about.ExtendedStatistic != nil {
			stat = *about.ExtendedStatistic
		}
		return []types.MetricDataQuery{{Id: aws.String("metric"), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: about.Namespace, MetricName: about.MetricName, Dimensions: about.Dimensions},
			Stat:   &stat, Period: about.Period, Unit: about.Unit,
		}}}, "metric"
	}
	for _, m := range about.Metrics {
		if m.ReturnData == nil || *m.ReturnData {
			id = aws.ToString(m.Id)
		}
	}
	return about.Metrics, id
}

// checkWatched refuses metrics that cannot be read, and gives their period
// with the queries as they were read.
func (s *Store) checkWatched(about types.MetricAlarm) (int64, *queries, error) {
	all, id := watched(about)
	returned := 0
	for _, m := range all {
		if m.ReturnData == nil || *m.ReturnData {
			returned++
		}
	}
	if returned != 1 {
		return 0, nil, wire.Invalid("Exactly one element of the metrics list of the alarm %s should return data; %d do.", *about.AlarmName, returned)
	}
	now := time.Now()
	q, err := s.queriesOf(all, now.Add(-time.Minute), now)
	if err != nil {
		return 0, nil, err
	}
	if _, err := q.lines(id); err != nil {
		return 0, nil, err
	}
	var period int64
	for _, r := range q.readings {
		period = max(period, r.period)
	}
	if period < 10 {
		return 0, nil, wire.Invalid("The period of the alarm %s must be 10, 20, 30 or any multiple of 60 seconds.", *about.AlarmName)
	}
	if period*int64(*about.EvaluationPeriods) > 7*86400 {
		return 0, nil, wire.Invalid("Metrics cannot be checked across more than seven days (EvaluationPeriods * Period must be <= 604800).")
	}
	return period, q, nil
}
