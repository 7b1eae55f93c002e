package metrics

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/wire"
)

// pointsOfStatistics is CloudWatch's limit of one GetMetricStatistics call.
const pointsOfStatistics = 1440

// GetMetricStatistics gives statistics of one metric over [StartTime, EndTime).
// Periods begin at the start, rounded down to a minute or to a short period.
func (s *Store) GetMetricStatistics(_ context.Context, in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
	period := aws.ToInt32(in.Period)
	metric := &types.Metric{Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: in.Dimensions}
	names, err := statisticsAsked(in)
	if err != nil {
		return nil, err
	}
	var readings []reading
	for _, name := range names {
		r, err := readingOf(metric, name, period, in.Unit, "GetMetricStatistics")
		if err != nil {
			return nil, err
		}
		readings = append(readings, r)
	}
	if in.StartTime == nil || in.EndTime == nil || !in.StartTime.Before(*in.EndTime) {
		return nil, wire.Errorf("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
	}
	if points := in.EndTime.Sub(*in.StartTime) / (time.Duration(period) * time.Second); points > pointsOfStatistics {
		return nil, wire.Errorf("InvalidParameterCombination", "You have requested up to %d datapoints, which exceeds the limit of %d. You may reduce the datapoints requested by increasing Period, or decreasing the time range.", points, pointsOfStatistics)
	}
	from, to := roundedRange(*in.StartTime, *in.EndTime, int64(min(period, 60)))
	out := &cloudwatch.GetMetricStatisticsOutput{Label: in.MetricName}
	late := s.lateness()
	for at, b := range merged(s.family(readings[0].key, string(in.Unit)), from, to, int64(period)) {
		b, seen := late.shown(b, int64(period))
		if !seen {
			continue
		}
		p := types.Datapoint{Timestamp: aws.Time(time.Unix(at, 0).UTC()), Unit: s.unitOf(readings[0])}
		for i, r := range readings {
			if v, known := r.statistic(b); known {
				setStatistic(&p, names[i], v)
			}
		}
		out.Datapoints = append(out.Datapoints, p)
	}
	slices.SortFunc(out.Datapoints, func(a, b types.Datapoint) int { return a.Timestamp.Compare(*b.Timestamp) })
	return out, nil
}

func statisticsAsked(in *cloudwatch.GetMetricStatisticsInput) ([]string, error) {
	var names []string
	for _, n := range in.Statistics {
		names = append(names, string(n))
	}
	if len(names) > 0 && len(in.ExtendedStatistics) > 0 {
		return nil, wire.Errorf("InvalidParameterCombination", "The parameters Statistics and ExtendedStatistics cannot be given together.")
	}
	names = append(names, in.ExtendedStatistics...)
	if len(names) == 0 {
		return nil, wire.Errorf("InvalidParameterCombination", "At least one of the parameters Statistics and ExtendedStatistics must be specified.")
	}
	return names, nil
}

func setStatistic(p *types.Datapoint, name string, v float64) {
	switch types.Statistic(name) {
	case types.StatisticSampleCount:
		p.SampleCount = &v
	case types.StatisticAverage:
		p.Average = &v
	case types.StatisticSum:
		p.Sum = &v
	case types.StatisticMinimum:
		p.Minimum = &v
	case types.StatisticMaximum:
		p.Maximum = &v
	default:
		if p.ExtendedStatistics == nil {
			p.ExtendedStatistics = map[string]float64{}
		}
		p.ExtendedStatistics[name] = v
	}
}

// unitOf is the unit of a reading's points: the one asked for, or the first
// that the metric came in.
func (s *Store) unitOf(r reading) types.StandardUnit {
	if r.unit != "" {
		return types.StandardUnit(r.unit)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, series := range s.series[r.key] {
		if series.unit != "" {
			return types.StandardUnit(series.unit)
		}
	}
	return types.StandardUnitNone
}
