package metrics

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/wire"
)

// keptEvents bounds the history of all alarms together.
const keptEvents = 10_000

// note adds to the history of an alarm.
func (s *Store) note(a *alarm, kind types.HistoryItemType, summary string) {
	data, _ := json.Marshal(map[string]string{ // strings always marshal
		"version": "1.0",
		"state":   string(a.about.StateValue),
		"reason":  aws.ToString(a.about.StateReason),
	})
	s.history = append(s.history, types.AlarmHistoryItem{
		AlarmName:       a.about.AlarmName,
		AlarmType:       types.AlarmTypeMetricAlarm,
		HistoryItemType: kind,
		HistorySummary:  &summary,
		HistoryData:     aws.String(string(data)),
		Timestamp:       aws.Time(time.Now().UTC()),
	})
	if over := len(s.history) - keptEvents; over > 0 {
		s.history = slices.Clone(s.history[over:])
	}
}

// DescribeAlarmHistory lists what happened to alarms, the newest first unless
// asked otherwise, also to those since deleted.
func (s *Store) DescribeAlarmHistory(_ context.Context, in *cloudwatch.DescribeAlarmHistoryInput) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	var all []types.AlarmHistoryItem
	for _, h := range s.history {
		switch {
		case in.AlarmName != nil && *in.AlarmName != *h.AlarmName,
			in.HistoryItemType != "" && in.HistoryItemType != h.HistoryItemType,
			in.StartDate != nil && h.Timestamp.Before(*in.StartDate),
			in.EndDate != nil && h.Timestamp.After(*in.EndDate),
			len(in.AlarmTypes) > 0 && !slices.Contains(in.AlarmTypes, h.AlarmType):
			continue
		}
		all = append(all, h)
	}
	if in.ScanBy != types.ScanByTimestampAscending {
		slices.Reverse(all)
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxRecords, 100)
	if err != nil {
		return nil, err
	}
	return &cloudwatch.DescribeAlarmHistoryOutput{AlarmHistoryItems: page, NextToken: next}, nil
}
