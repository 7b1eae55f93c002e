package scaling_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
)

// load gives the group a CPU figure each second from now on.
func (a *account) load(cpu *float64) {
	a.loop.Every(time.Second, func() {
		a.metrics.Add("AWS/EC2", "CPUUtilization", "Percent", map[string]string{"AutoScalingGroupName": "g"}, time.Now(), *cpu, 1)
	})
}

func (a *account) desired() int32 { return *a.group().DesiredCapacity }

func TestTargetTrackingFollowsItsMetric(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(2), MinSize: aws.Int32(1), MaxSize: aws.Int32(5)})
		cpu := 50.0
		a.load(&cpu)
		out := do(a, a.scaling.PutScalingPolicy, &autoscaling.PutScalingPolicyInput{
			AutoScalingGroupName: aws.String("g"), PolicyName: aws.String("cpu"), PolicyType: aws.String("TargetTrackingScaling"),
			EstimatedInstanceWarmup: aws.Int32(60),
			TargetTrackingConfiguration: &types.TargetTrackingConfiguration{
				TargetValue:                   aws.Float64(50),
				PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeASGAverageCPUUtilization},
			},
		})
		if len(out.Alarms) != 2 || !strings.HasPrefix(*out.Alarms[0].AlarmName, "TargetTracking-g-AlarmHigh-") {
			t.Fatalf("alarms %v", out.Alarms)
		}
		time.Sleep(20 * time.Minute)
		if n := a.desired(); n != 2 {
			t.Errorf("at the target it wants %d", n)
		}
		a.loop.Do(func() { cpu = 80 })
		time.Sleep(5 * time.Minute)
		if n := a.desired(); n != 4 { // 2 × 80 ÷ 50
			t.Errorf("above the target it wants %d", n)
		}
		a.loop.Do(func() { cpu = 20 })
		time.Sleep(15*time.Minute + 30*time.Second)
		if n := a.desired(); n != 2 { // 4 × 20 ÷ 50
			t.Errorf("below the target it wants %d", n)
		}
		time.Sleep(time.Hour)
		if n := a.desired(); n != 1 {
			t.Errorf("after long below the target it wants %d, not the minimum", n)
		}
		do(a, a.scaling.DeletePolicy, &autoscaling.DeletePolicyInput{AutoScalingGroupName: aws.String("g"), PolicyName: aws.String("cpu")})
		if left := do(a, a.metrics.DescribeAlarms, &cloudwatch.DescribeAlarmsInput{}).MetricAlarms; len(left) != 0 {
			t.Errorf("%d alarms outlive their policy", len(left))
		}
	})
}

func TestRequestsPerTargetNeedTheirTargetGroupAttached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.balancer(pool)
		a.create(create{})
		in := &autoscaling.PutScalingPolicyInput{
			AutoScalingGroupName: aws.String("g"), PolicyName: aws.String("requests"), PolicyType: aws.String("TargetTrackingScaling"),
			TargetTrackingConfiguration: &types.TargetTrackingConfiguration{
				TargetValue: aws.Float64(100), DisableScaleIn: aws.Bool(true),
				PredefinedMetricSpecification: &types.PredefinedMetricSpecification{
					PredefinedMetricType: types.MetricTypeALBRequestCountPerTarget, ResourceLabel: aws.String("app/main/9/targetgroup/web/0123"),
				},
			},
		}
		refused(a, a.scaling.PutScalingPolicy, in, "ValidationError: The load balancer does not route traffic to the target group: targetgroup/web/0123 is not attached to the Auto Scaling group.")
		do(a, a.scaling.AttachLoadBalancerTargetGroups, &autoscaling.AttachLoadBalancerTargetGroupsInput{AutoScalingGroupName: aws.String("g"), TargetGroupARNs: []string{pool}})
		if out := do(a, a.scaling.PutScalingPolicy, in); len(out.Alarms) != 1 {
			t.Errorf("%d alarms without scale-in, want 1", len(out.Alarms))
		}
	})
}

func TestAStepPolicyTakesTheStepOfTheBreach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(2), DefaultInstanceWarmup: aws.Int32(0)})
		do(a, a.scaling.PutScalingPolicy, &autoscaling.PutScalingPolicyInput{
			AutoScalingGroupName: aws.String("g"), PolicyName: aws.String("steps"), PolicyType: aws.String("StepScaling"), AdjustmentType: aws.String("ChangeInCapacity"),
			StepAdjustments: []types.StepAdjustment{
				{MetricIntervalLowerBound: aws.Float64(0), MetricIntervalUpperBound: aws.Float64(20), ScalingAdjustment: aws.Int32(1)},
				{MetricIntervalLowerBound: aws.Float64(20), ScalingAdjustment: aws.Int32(3)},
			},
		})
		for _, row := range []struct {
			value float64
			want  int32
		}{{60, 3}, {75, 6}, {40, 6}} {
			time.Sleep(time.Minute)
			do(a, a.scaling.ExecutePolicy, &autoscaling.ExecutePolicyInput{
				AutoScalingGroupName: aws.String("g"), PolicyName: aws.String("steps"), MetricValue: aws.Float64(row.value), BreachThreshold: aws.Float64(50),
			})
			if n := a.desired(); n != row.want {
				t.Errorf("after %v it wants %d, not %d", row.value, n, row.want)
			}
		}
	})
}

func TestAGroupTakesTheAlarmsOfItsPoliciesAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(0)})
		p := do(a, a.scaling.PutScalingPolicy, &autoscaling.PutScalingPolicyInput{
			AutoScalingGroupName: aws.String("g"), PolicyName: aws.String("up"), AdjustmentType: aws.String("ChangeInCapacity"), ScalingAdjustment: aws.Int32(1),
		})
		for name, actions := range map[string][]string{"its": {*p.PolicyARN}, "shared": {*p.PolicyARN, "arn:aws:sns:us-east-1:000000000000:told"}, "another": nil} {
			do(a, a.metrics.PutMetricAlarm, &cloudwatch.PutMetricAlarmInput{
				AlarmName: &name, Namespace: aws.String("AWS/EC2"), MetricName: aws.String("CPUUtilization"), Statistic: cwtypes.StatisticAverage,
				Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(90),
				ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, AlarmActions: actions,
			})
		}
		do(a, a.scaling.DeleteAutoScalingGroup, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("g"), ForceDelete: aws.Bool(true)})
		var left []string
		for _, alarm := range do(a, a.metrics.DescribeAlarms, &cloudwatch.DescribeAlarmsInput{}).MetricAlarms {
			left = append(left, fmt.Sprint(*alarm.AlarmName, len(alarm.AlarmActions)))
		}
		if d := cmp.Diff([]string{"another0", "shared1"}, left); d != "" {
			t.Error(d)
		}
	})
}

func TestASimplePolicyWaitsForItsCooldown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(4)})
		do(a, a.scaling.PutScalingPolicy, &autoscaling.PutScalingPolicyInput{
			AutoScalingGroupName: aws.String("g"), PolicyName: aws.String("half"), AdjustmentType: aws.String("PercentChangeInCapacity"), ScalingAdjustment: aws.Int32(50),
		})
		in := &autoscaling.ExecutePolicyInput{AutoScalingGroupName: aws.String("g"), PolicyName: aws.String("half"), HonorCooldown: aws.Bool(true)}
		do(a, a.scaling.ExecutePolicy, in)
		if n := a.desired(); n != 6 {
			t.Errorf("it wants %d", n)
		}
		refused(a, a.scaling.ExecutePolicy, in, "ScalingActivityInProgress: The group g is in its cooldown until 2000-01-01T00:05:00Z.")
		time.Sleep(5 * time.Minute)
		do(a, a.scaling.ExecutePolicy, in)
		if n := a.desired(); n != 9 {
			t.Errorf("after the cooldown it wants %d", n)
		}
	})
}
