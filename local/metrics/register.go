package metrics

import "gekko/local/wire"

// Register lets m serve CloudWatch.
func (s *Store) Register(m *wire.Mux) {
	reads := func(fields string) wire.Fields { return wire.Fields{Reads: fields} }
	const queries = "Id Expression Label MetricStat ReturnData"

	wire.Handle(m, wire.CloudWatch, s.PutMetricData, reads("Namespace MetricData"))
	wire.Handle(m, wire.CloudWatch, s.GetMetricData, wire.Fields{
		Reads:   "StartTime EndTime MaxDatapoints NextToken ScanBy " + wire.Under("MetricDataQueries", queries),
		Accepts: "LabelOptions",
	})
	wire.Handle(m, wire.CloudWatch, s.GetMetricStatistics, reads("Namespace MetricName Dimensions StartTime EndTime Period Statistics ExtendedStatistics Unit"))
	wire.Handle(m, wire.CloudWatch, s.ListMetrics, reads("Namespace MetricName Dimensions NextToken RecentlyActive"))

	wire.Handle(m, wire.CloudWatch, s.PutMetricAlarm, wire.Fields{
		Reads: "AlarmName AlarmDescription ActionsEnabled AlarmActions OKActions InsufficientDataActions ComparisonOperator Threshold " +
			"DatapointsToAlarm EvaluationPeriods TreatMissingData Namespace MetricName Dimensions Statistic ExtendedStatistic Period Unit Tags " +
			wire.Under("Metrics", queries),
		Accepts: "EvaluateLowSampleCountPercentile",
	})
	wire.Handle(m, wire.CloudWatch, s.DescribeAlarms, reads("AlarmNames AlarmNamePrefix AlarmTypes ActionPrefix StateValue MaxRecords NextToken"))
	wire.Handle(m, wire.CloudWatch, s.DescribeAlarmsForMetric, reads("Namespace MetricName Dimensions Statistic ExtendedStatistic Period Unit"))
	wire.Handle(m, wire.CloudWatch, s.DeleteAlarms, reads("AlarmNames"))
	wire.Handle(m, wire.CloudWatch, s.SetAlarmState, reads("AlarmName StateValue StateReason StateReasonData"))
	wire.Handle(m, wire.CloudWatch, s.EnableAlarmActions, reads("AlarmNames"))
	wire.Handle(m, wire.CloudWatch, s.DisableAlarmActions, reads("AlarmNames"))
	wire.Handle(m, wire.CloudWatch, s.DescribeAlarmHistory, reads("AlarmName AlarmTypes HistoryItemType StartDate EndDate ScanBy MaxRecords NextToken"))

	wire.Handle(m, wire.CloudWatch, s.TagResource, reads("ResourceARN Tags"))
	wire.Handle(m, wire.CloudWatch, s.UntagResource, reads("ResourceARN TagKeys"))
	wire.Handle(m, wire.CloudWatch, s.ListTagsForResource, reads("ResourceARN"))
}
