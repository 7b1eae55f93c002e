package scaling

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/metrics"
	"gekko/local/scaling/account"
	"gekko/local/scaling/attachment"
	"gekko/local/wire"
)

// How AWS sets the alarms of a target tracking policy up: three minutes above
// the target scale out, fifteen well below it scale in.
const (
	highPeriods = 3
	lowPeriods  = 15
	lowPart     = 0.7
)

// track makes or renews the two alarms of a target tracking policy.
func (g *group) track(p *types.ScalingPolicy) error {
	metric, err := g.trackedMetric(p.TargetTrackingConfiguration)
	if err != nil {
		return err
	}
	target := *p.TargetTrackingConfiguration.TargetValue
	g.s.dropAlarms(p)
	p.Alarms = nil
	high := metric
	high.ComparisonOperator = cwtypes.ComparisonOperatorGreaterThanThreshold
	high.Threshold, high.EvaluationPeriods = &target, aws.Int32(highPeriods)
	if err := g.s.putAlarm(p, "AlarmHigh", high); err != nil {
		return err
	}
	if aws.ToBool(p.TargetTrackingConfiguration.DisableScaleIn) {
		return nil
	}
	low := metric
	low.ComparisonOperator = cwtypes.ComparisonOperatorLessThanThreshold
	low.Threshold, low.EvaluationPeriods = aws.Float64(target*lowPart), aws.Int32(lowPeriods)
	return g.s.putAlarm(p, "AlarmLow", low)
}

func (s *Scaling) putAlarm(p *types.ScalingPolicy, which string, in cloudwatch.PutMetricAlarmInput) error {
	in.AlarmName = aws.String("TargetTracking-" + *p.AutoScalingGroupName + "-" + which + "-" + account.UUID())
	in.AlarmDescription = aws.String("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + *p.PolicyARN + ".")
	in.AlarmActions = []string{*p.PolicyARN}
	if _, err := s.o.Metrics.PutMetricAlarm(context.Background(), &in); err != nil {
		return err
	}
	arn := "arn:aws:cloudwatch:" + s.o.Region + ":" + s.o.Account + ":alarm:" + *in.AlarmName
	p.Alarms = append(p.Alarms, types.Alarm{AlarmName: in.AlarmName, AlarmARN: &arn})
	return nil
}

// dropAlarms deletes a policy's alarms; one that was deleted by hand is no
// error.
func (s *Scaling) dropAlarms(p *types.ScalingPolicy) {
	for _, a := range p.Alarms {
		_, _ = s.o.Metrics.DeleteAlarms(context.Background(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{*a.AlarmName}})
	}
}

// trackedMetric names the metric of a policy as an alarm does.
func (g *group) trackedMetric(c *types.TargetTrackingConfiguration) (cloudwatch.PutMetricAlarmInput, error) {
	if (c.PredefinedMetricSpecification == nil) == (c.CustomizedMetricSpecification == nil) {
		return cloudwatch.PutMetricAlarmInput{}, wire.Invalid("Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be given.")
	}
	if c.CustomizedMetricSpecification != nil {
		return customMetric(c.CustomizedMetricSpecification)
	}
	in := cloudwatch.PutMetricAlarmInput{Period: aws.Int32(60)}
	switch p := c.PredefinedMetricSpecification; p.PredefinedMetricType {
	case types.MetricTypeASGAverageCPUUtilization:
		in.Namespace, in.MetricName, in.Statistic = aws.String("AWS/EC2"), aws.String("CPUUtilization"), cwtypes.StatisticAverage
		in.Dimensions = []cwtypes.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: &g.name}}
		return in, nil
	case types.MetricTypeALBRequestCountPerTarget:
		balancer, group, err := g.label(aws.ToString(p.ResourceLabel))
		in.Namespace, in.MetricName, in.Statistic = aws.String("AWS/ApplicationELB"), aws.String("RequestCountPerTarget"), cwtypes.StatisticSum
		in.Dimensions = []cwtypes.Dimension{
			{Name: aws.String("LoadBalancer"), Value: &balancer}, {Name: aws.String("TargetGroup"), Value: &group},
		}
		return in, err
	case types.MetricTypeASGAverageNetworkIn, types.MetricTypeASGAverageNetworkOut:
		return in, wire.Errorf("UnsupportedOperation", "The metric type %s is not measured here; use ASGAverageCPUUtilization, ALBRequestCountPerTarget or a metric of your own.", p.PredefinedMetricType)
	default:
		return in, wire.Invalid("The metric type %s is not valid.", p.PredefinedMetricType)
	}
}

// label takes "app/NAME/ID/targetgroup/NAME/ID" apart. AWS refuses one whose
// target group is not attached.
func (g *group) label(text string) (balancer, group string, err error) {
	i := strings.Index(text, "/targetgroup/")
	if !strings.HasPrefix(text, "app/") || i < 0 {
		return "", "", wire.Invalid("The resource label %q is not valid: it reads app/<load-balancer-name>/<load-balancer-id>/targetgroup/<target-group-name>/<target-group-id>.", text)
	}
	balancer, group = text[:i], text[i+1:]
	for _, a := range g.attachments {
		if a.Kind == attachment.TargetGroup && !a.Leaving() && strings.HasSuffix(a.ID, ":"+group) {
			return balancer, group, nil
		}
	}
	return "", "", wire.Invalid("The load balancer does not route traffic to the target group: %s is not attached to the Auto Scaling group.", group)
}

func customMetric(c *types.CustomizedMetricSpecification) (cloudwatch.PutMetricAlarmInput, error) {
	if len(c.Metrics) > 0 {
		return cloudwatch.PutMetricAlarmInput{}, wire.Errorf("UnsupportedOperation", "Metric math in a target tracking policy is not supported here; name one metric.")
	}
	in := cloudwatch.PutMetricAlarmInput{
		Namespace: c.Namespace, MetricName: c.MetricName, Statistic: cwtypes.Statistic(c.Statistic),
		Unit: cwtypes.StandardUnit(aws.ToString(c.Unit)), Period: c.Period,
	}
	if in.Period == nil {
		in.Period = aws.Int32(60)
	}
	for _, d := range c.Dimensions {
		in.Dimensions = append(in.Dimensions, cwtypes.Dimension{Name: d.Name, Value: d.Value})
	}
	return in, nil
}

// followTarget sizes the group for its metric to be at the target: the capacity
// that made the last point, in proportion.
func (g *group) followTarget(p *policy, a metrics.Action, why string) {
	if !a.Known || g.desired == 0 {
		return
	}
	warm, warming := g.warm(p)
	if warm == 0 {
		return
	}
	wanted := g.within(int(math.Ceil(float64(warm) * a.Value / *p.about.TargetTrackingConfiguration.TargetValue)))
	if strings.Contains(aws.ToString(a.Alarm.AlarmName), "-AlarmHigh-") {
		g.want(max(wanted, g.desired), why)
		return
	}
	if warming || time.Now().Before(p.calmUntil) || wanted >= g.desired {
		return
	}
	p.calmUntil = time.Now().Add(g.warmupOf(p))
	g.want(wanted, why)
}
