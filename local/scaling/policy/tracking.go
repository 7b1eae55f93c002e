package policy

import (
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/wire"
)

// How AWS sets the alarms of a target tracking policy up: three minutes above
// the target scale out, fifteen well below it scale in.
const (
	highPeriods = 3
	lowPeriods  = 15
	lowPart     = 0.7
)

// Alarms are the two that a target tracking policy wants, without names or
// actions; low is nil if the policy never scales in. serves tells whether the
// group is attached to a target group, by the end of its ARN.
func Alarms(c *types.TargetTrackingConfiguration, group string, serves func(targetGroup string) bool) (high, low *cloudwatch.PutMetricAlarmInput, err error) {
	tracked, err := metric(c, group, serves)
	if err != nil {
		return nil, nil, err
	}
	above, below := tracked, tracked
	above.ComparisonOperator = cwtypes.ComparisonOperatorGreaterThanThreshold
	above.Threshold, above.EvaluationPeriods = c.TargetValue, aws.Int32(highPeriods)
	if aws.ToBool(c.DisableScaleIn) {
		return &above, nil, nil
	}
	below.ComparisonOperator = cwtypes.ComparisonOperatorLessThanThreshold
	below.Threshold, below.EvaluationPeriods = aws.Float64(*c.TargetValue*lowPart), aws.Int32(lowPeriods)
	return &above, &below, nil
}

// Follow is the size with which a metric of that value would be at the target:
// the capacity that made it, in proportion. It only grows for the alarm above
// the target, and only shrinks for the one below.
func (p *Policy) Follow(value float64, above bool, z Size) int {
	if z.Desired == 0 || z.Warm == 0 {
		return z.Desired
	}
	wanted := z.within(int(math.Ceil(float64(z.Warm) * value / *p.About.TargetTrackingConfiguration.TargetValue)))
	switch {
	case above:
		return max(wanted, z.Desired)
	case z.Warming:
		return z.Desired
	}
	return min(wanted, z.Desired)
}

// metric names what a policy tracks, as an alarm does.
func metric(c *types.TargetTrackingConfiguration, group string, serves func(targetGroup string) bool) (cloudwatch.PutMetricAlarmInput, error) {
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
		in.Dimensions = []cwtypes.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: &group}}
		return in, nil
	case types.MetricTypeALBRequestCountPerTarget:
		balancer, targets, err := label(aws.ToString(p.ResourceLabel), serves)
		in.Namespace, in.MetricName, in.Statistic = aws.String("AWS/ApplicationELB"), aws.String("RequestCountPerTarget"), cwtypes.StatisticSum
		in.Dimensions = []cwtypes.Dimension{
			{Name: aws.String("LoadBalancer"), Value: &balancer}, {Name: aws.String("TargetGroup"), Value: &targets},
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
func label(text string, serves func(targetGroup string) bool) (balancer, group string, err error) {
	i := strings.Index(text, "/targetgroup/")
	if !strings.HasPrefix(text, "app/") || i < 0 {
		return "", "", wire.Invalid("The resource label %q is not valid: it reads app/<load-balancer-name>/<load-balancer-id>/targetgroup/<target-group-name>/<target-group-id>.", text)
	}
	balancer, group = text[:i], text[i+1:]
	if serves(group) {
		return balancer, group, nil
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
