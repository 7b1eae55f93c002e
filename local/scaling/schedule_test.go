package scaling_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func TestAScheduledActionResetsAllSizesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(1)})
		do(a, a.scaling.PutScheduledUpdateGroupAction, &autoscaling.PutScheduledUpdateGroupActionInput{
			AutoScalingGroupName: aws.String("g"), ScheduledActionName: aws.String("morning"), StartTime: aws.Time(time.Now().Add(time.Hour)),
			MinSize: aws.Int32(2), MaxSize: aws.Int32(6), DesiredCapacity: aws.Int32(3),
		})
		time.Sleep(59 * time.Minute)
		if n := a.desired(); n != 1 {
			t.Errorf("before its time the group wants %d", n)
		}
		time.Sleep(2 * time.Minute)
		if g := a.group(); *g.MinSize != 2 || *g.MaxSize != 6 || *g.DesiredCapacity != 3 {
			t.Errorf("after it the sizes are %d, %d, %d", *g.MinSize, *g.MaxSize, *g.DesiredCapacity)
		}
		left := do(a, a.scaling.DescribeScheduledActions, &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: aws.String("g")})
		if n := len(left.ScheduledUpdateGroupActions); n != 0 {
			t.Errorf("%d actions are left", n)
		}
	})
}

func TestARecurringActionComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(0)})
		do(a, a.scaling.PutScheduledUpdateGroupAction, &autoscaling.PutScheduledUpdateGroupActionInput{
			AutoScalingGroupName: aws.String("g"), ScheduledActionName: aws.String("daily"), Recurrence: aws.String("30 9 * * *"), DesiredCapacity: aws.Int32(2),
		})
		for day := range 2 {
			time.Sleep(9 * time.Hour)
			if n := a.desired(); n != 0 {
				t.Errorf("day %d, 9:00: it wants %d", day, n)
			}
			time.Sleep(time.Hour)
			if n := a.desired(); n != 2 {
				t.Errorf("day %d, 10:00: it wants %d", day, n)
			}
			a.size(0)
			time.Sleep(14 * time.Hour)
		}
		refused(a, a.scaling.PutScheduledUpdateGroupAction, &autoscaling.PutScheduledUpdateGroupActionInput{
			AutoScalingGroupName: aws.String("g"), ScheduledActionName: aws.String("wrong"), Recurrence: aws.String("61 * * * *"), DesiredCapacity: aws.Int32(2),
		}, "ValidationError: Given recurrence string: 61 * * * * is invalid")
	})
}

func TestAGroupsMetricsAreCollected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.create(create{DesiredCapacity: aws.Int32(2)})
		do(a, a.scaling.EnableMetricsCollection, &autoscaling.EnableMetricsCollectionInput{AutoScalingGroupName: aws.String("g"), Granularity: aws.String("1Minute")})
		time.Sleep(10*time.Minute + time.Second)
		out := do(a, a.metrics.GetMetricStatistics, &cloudwatch.GetMetricStatisticsInput{
			Namespace: aws.String("AWS/AutoScaling"), MetricName: aws.String("GroupInServiceInstances"), Period: aws.Int32(60),
			StartTime: aws.Time(time.Now().Add(-10 * time.Minute)), EndTime: aws.Time(time.Now()), Statistics: []cwtypes.Statistic{cwtypes.StatisticAverage},
			Dimensions: []cwtypes.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: aws.String("g")}},
		})
		if len(out.Datapoints) != 10 || *out.Datapoints[9].Average != 2 {
			t.Errorf("%d points", len(out.Datapoints))
		}
	})
}
