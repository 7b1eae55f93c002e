package metrics

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/wire"
)

// DescribeAlarms lists alarms by name, prefix, state or action.
func (s *Store) DescribeAlarms(_ context.Context, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	if len(in.AlarmNames) > 0 && in.AlarmNamePrefix != nil {
		return nil, wire.Invalid("The parameters AlarmNames and AlarmNamePrefix cannot be given together.")
	}
	var all []types.MetricAlarm
	metricAlarms := len(in.AlarmTypes) == 0 || slices.Contains(in.AlarmTypes, types.AlarmTypeMetricAlarm)
	for _, name := range slices.Sorted(maps.Keys(s.alarms)) {
		about := s.alarms[name].about
		acts := func(arn string) bool { return strings.HasPrefix(arn, aws.ToString(in.ActionPrefix)) }
		switch {
		case !metricAlarms,
			len(in.AlarmNames) > 0 && !slices.Contains(in.AlarmNames, name),
			!strings.HasPrefix(name, aws.ToString(in.AlarmNamePrefix)),
			in.StateValue != "" && in.StateValue != about.StateValue,
			in.ActionPrefix != nil && !slices.ContainsFunc(slices.Concat(about.AlarmActions, about.OKActions, about.InsufficientDataActions), acts):
			continue
		}
		all = append(all, about)
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxRecords, 100)
	if err != nil {
		return nil, err
	}
	return &cloudwatch.DescribeAlarmsOutput{MetricAlarms: page, NextToken: next}, nil
}

// DescribeAlarmsForMetric lists the alarms that watch just this metric.
func (s *Store) DescribeAlarmsForMetric(_ context.Context, in *cloudwatch.DescribeAlarmsForMetricInput) (*cloudwatch.DescribeAlarmsForMetricOutput, error) {
	dims, err := dimsOf(in.Dimensions)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.DescribeAlarmsForMetricOutput{}
	for _, name := range slices.Sorted(maps.Keys(s.alarms)) {
		about := s.alarms[name].about
		has, _ := dimsOf(about.Dimensions) // checked when it was put
		switch {
		case aws.ToString(about.MetricName) != aws.ToString(in.MetricName),
			aws.ToString(about.Namespace) != aws.ToString(in.Namespace),
			!maps.Equal(has, dims),
			in.Statistic != "" && in.Statistic != about.Statistic,
			in.ExtendedStatistic != nil && *in.ExtendedStatistic != aws.ToString(about.ExtendedStatistic),
			in.Period != nil && *in.Period != aws.ToInt32(about.Period),
			in.Unit != "" && in.Unit != about.Unit:
			continue
		}
		out.MetricAlarms = append(out.MetricAlarms, about)
	}
	return out, nil
}

// DeleteAlarms deletes alarms; if one is not there, none is deleted.
func (s *Store) DeleteAlarms(_ context.Context, in *cloudwatch.DeleteAlarmsInput) (*cloudwatch.DeleteAlarmsOutput, error) {
	alarms, err := s.named(in.AlarmNames)
	if err != nil {
		return nil, err
	}
	for _, a := range alarms {
		a.next.Cancel()
		s.note(a, types.HistoryItemTypeConfigurationUpdate, `Alarm "`+*a.about.AlarmName+`" deleted`)
		delete(s.alarms, *a.about.AlarmName)
	}
	return &cloudwatch.DeleteAlarmsOutput{}, nil
}

// SetAlarmState puts an alarm into a state until its next evaluation.
func (s *Store) SetAlarmState(_ context.Context, in *cloudwatch.SetAlarmStateInput) (*cloudwatch.SetAlarmStateOutput, error) {
	alarms, err := s.named([]string{aws.ToString(in.AlarmName)})
	if err != nil {
		return nil, err
	}
	if !slices.Contains(in.StateValue.Values(), in.StateValue) {
		return nil, wire.Invalid("The value %q for parameter StateValue is not valid: use OK, ALARM or INSUFFICIENT_DATA.", in.StateValue)
	}
	if in.StateReasonData != nil && !json.Valid([]byte(*in.StateReasonData)) {
		return nil, wire.Errorf("InvalidFormat", "The parameter StateReasonData is not JSON.")
	}
	a, now := alarms[0], time.Now()
	same := a.about.StateValue == in.StateValue
	s.enter(a, in.StateValue, aws.ToString(in.StateReason), now)
	a.about.StateReasonData = in.StateReasonData
	s.act(a, s.look(a, now), now, same)
	return &cloudwatch.SetAlarmStateOutput{}, nil
}

// Unlink takes an action away from all alarms, and deletes each that is left
// without one by that.
func (s *Store) Unlink(arn string) {
	is := func(action string) bool { return action == arn }
	for name, a := range s.alarms {
		about, had := &a.about, false
		for _, actions := range []*[]string{&about.AlarmActions, &about.OKActions, &about.InsufficientDataActions} {
			if slices.ContainsFunc(*actions, is) {
				*actions = slices.DeleteFunc(slices.Clone(*actions), is)
				had = true
			}
		}
		if had && len(about.AlarmActions)+len(about.OKActions)+len(about.InsufficientDataActions) == 0 {
			a.next.Cancel()
			delete(s.alarms, name)
		}
	}
}

// EnableAlarmActions lets alarms act again.
func (s *Store) EnableAlarmActions(_ context.Context, in *cloudwatch.EnableAlarmActionsInput) (*cloudwatch.EnableAlarmActionsOutput, error) {
	return &cloudwatch.EnableAlarmActionsOutput{}, s.enableActions(in.AlarmNames, true)
}

// DisableAlarmActions lets alarms change their state and do nothing.
func (s *Store) DisableAlarmActions(_ context.Context, in *cloudwatch.DisableAlarmActionsInput) (*cloudwatch.DisableAlarmActionsOutput, error) {
	return &cloudwatch.DisableAlarmActionsOutput{}, s.enableActions(in.AlarmNames, false)
}

func (s *Store) enableActions(names []string, enabled bool) error {
	alarms, err := s.named(names)
	for _, a := range alarms {
		a.about.ActionsEnabled = &enabled
	}
	return err
}

func (s *Store) named(names []string) ([]*alarm, error) {
	var all []*alarm
	for _, name := range names {
		a := s.alarms[name]
		if a == nil {
			return nil, &wire.Error{Code: "ResourceNotFound", Status: 404, Message: "There is no alarm named " + name + "."}
		}
		all = append(all, a)
	}
	return all, nil
}
