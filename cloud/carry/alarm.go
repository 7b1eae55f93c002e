package carry

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/cloud/answer"
)

// alarmsOf are the alarms that call a policy, without those that AWS makes for
// target tracking.
func (c *Carrier) alarmsOf(ctx context.Context, p autoscaling.ScalingPolicy) ([]types.MetricAlarm, error) {
	if p.TargetTrackingConfiguration != nil {
		return nil, nil
	}
	return c.alarms(ctx, &cloudwatch.DescribeAlarmsInput{ActionPrefix: p.PolicyARN})
}

func (c *Carrier) alarms(ctx context.Context, in *cloudwatch.DescribeAlarmsInput) ([]types.MetricAlarm, error) {
	in.AlarmTypes = []types.AlarmType{types.AlarmTypeMetricAlarm}
	in.MaxRecords = aws.Int32(100)
	var all []types.MetricAlarm
	for pages := cloudwatch.NewDescribeAlarmsPaginator(c.cloudwatch, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, answer.Named("alarms", err)
		}
		for _, a := range page.MetricAlarms {
			if !strings.HasPrefix(aws.ToString(a.AlarmName), "TargetTracking-") {
				all = append(all, a)
			}
		}
	}
	return all, nil
}

// alarm asks for the same alarm on the other group's metrics, for the other
// group's policies. One whose name does not tell the group gets one that does.
func (r rewrite) alarm(a types.MetricAlarm) *cloudwatch.PutMetricAlarmInput {
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String(r.alarmName(aws.ToString(a.AlarmName))), AlarmDescription: a.AlarmDescription,
		ActionsEnabled: a.ActionsEnabled, ActionConfiguration: a.ActionConfiguration,
		AlarmActions: r.actions(a.AlarmActions), OKActions: r.actions(a.OKActions), InsufficientDataActions: r.actions(a.InsufficientDataActions),
		ComparisonOperator: a.ComparisonOperator, Threshold: a.Threshold, ThresholdMetricId: a.ThresholdMetricId,
		DatapointsToAlarm: a.DatapointsToAlarm, EvaluationPeriods: a.EvaluationPeriods, EvaluationCriteria: a.EvaluationCriteria,
		EvaluationInterval: a.EvaluationInterval, EvaluationWindow: a.EvaluationWindow, WarmUpConfiguration: a.WarmUpConfiguration,
		EvaluateLowSampleCountPercentile: a.EvaluateLowSampleCountPercentile, TreatMissingData: a.TreatMissingData,
		Namespace: a.Namespace, MetricName: a.MetricName, Dimensions: r.measured(a.Dimensions),
		Statistic: a.Statistic, ExtendedStatistic: a.ExtendedStatistic, Period: a.Period, Unit: a.Unit,
	}
	for _, q := range a.Metrics {
		if q.MetricStat != nil && q.MetricStat.Metric != nil {
			stat, metric := *q.MetricStat, *q.MetricStat.Metric
			metric.Dimensions = r.measured(metric.Dimensions)
			stat.Metric = &metric
			q.MetricStat = &stat
		}
		q.Expression = r.text(q.Expression)
		in.Metrics = append(in.Metrics, q)
	}
	return in
}

func (r rewrite) alarmName(name string) string {
	if strings.Contains(name, r.from) {
		return strings.ReplaceAll(name, r.from, r.to)
	}
	return name + "-" + r.to
}

// actions are those for the other group: of policies, its own alone; of all
// else, such as who is told, the same.
func (r rewrite) actions(arns []string) []string {
	var all []string
	for _, arn := range arns {
		if own, ok := r.arns[arn]; ok {
			all = append(all, own)
		} else if !isPolicy(arn) {
			all = append(all, arn)
		}
	}
	return all
}

func isPolicy(arn string) bool { return strings.Contains(arn, ":scalingPolicy:") }

func (r rewrite) measured(all []types.Dimension) []types.Dimension {
	var rewritten []types.Dimension
	for _, d := range all {
		rewritten = append(rewritten, types.Dimension{Name: d.Name, Value: r.value(d.Value)})
	}
	return rewritten
}

// watches says whether an alarm looks at the metrics of a group, or at those of
// its pool.
func watches(a types.MetricAlarm, values ...string) bool {
	all := slices.Clone(a.Dimensions)
	for _, q := range a.Metrics {
		if q.MetricStat != nil && q.MetricStat.Metric != nil {
			all = append(all, q.MetricStat.Metric.Dimensions...)
		}
	}
	return slices.ContainsFunc(all, func(d types.Dimension) bool { return slices.Contains(values, aws.ToString(d.Value)) })
}
