package local_test

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gekko/local"
	"gekko/local/flow"
	"gekko/local/machine"
)

// BenchmarkDay lets a day of traffic come to two groups of three to fourteen
// instances that follow their load.
func BenchmarkDay(b *testing.B) {
	for range b.N {
		dir := b.TempDir()
		day(b, dir)
	}
}

func day(b *testing.B, dir string) {
	synctest.Test(new(testing.T), func(t *testing.T) {
		s := newStage(b, dir, busy)
		defer s.end()
		old, fresh := s.pool("old"), s.pool("new")
		s.weigh(map[string]int32{old: 95, fresh: 5})
		s.group("old", 6, old)
		s.group("new", 3, fresh)
		s.track("old")
		s.track("new")
		time.Sleep(3 * time.Minute)
		s.check(s.world.Flow(local.Flow{Balancer: "web", Port: 80, Rate: func(at time.Time) float64 {
			return 100 + 100*float64(at.Hour()%12)/12
		}}))
		time.Sleep(24 * time.Hour)
		if lost := s.world.Losses(); lost != nil {
			b.Log(lost)
		}
	})
}

// busy makes machines that need a hundredth of a second for a request.
func busy(o *local.Options) {
	o.Machines = func(spec machine.Spec) (machine.Machine, error) {
		m := machine.NewFunc(spec, nil)
		m.Health = func(string) int { return 200 }
		m.Serve = func(s flow.Span) (out flow.Served) {
			out.Failed = s.N / 1000
			out.Took.Add(20*time.Millisecond, s.N-s.N/100)
			out.Took.Add(300*time.Millisecond, s.N/100)
			out.Busy = time.Duration(s.N) * 10 * time.Millisecond
			return out
		}
		return m, nil
	}
}

// track lets a group's size follow its processors.
func (s *stage) track(group string) {
	s.Helper()
	_, err := s.groups.PutScalingPolicy(context.Background(), &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName: &group, PolicyName: aws.String("cpu"), PolicyType: aws.String("TargetTrackingScaling"),
		TargetTrackingConfiguration: &astypes.TargetTrackingConfiguration{
			TargetValue: aws.Float64(20), PredefinedMetricSpecification: &astypes.PredefinedMetricSpecification{PredefinedMetricType: astypes.MetricTypeASGAverageCPUUtilization},
		},
	})
	s.check(err)
}

// twoGroups lets two groups run side by side, and gives their pools.
func (s *stage) twoGroups(oldSize, newSize int32) (old, fresh string) {
	s.Helper()
	old, fresh = s.pool("old"), s.pool("new")
	s.weigh(map[string]int32{old: 95, fresh: 5})
	s.group("old", oldSize, old)
	s.group("new", newSize, fresh)
	time.Sleep(3 * time.Minute)
	return old, fresh
}

// BenchmarkLooks is one look at two groups: who is in them, and who is healthy.
func BenchmarkLooks(b *testing.B) {
	dir := b.TempDir()
	synctest.Test(new(testing.T), func(*testing.T) {
		s := newStage(b, dir, busy)
		defer s.end()
		old, fresh := s.twoGroups(10, 4)
		b.ReportAllocs()
		for b.Loop() {
			_, err := s.groups.DescribeAutoScalingGroups(context.Background(), &autoscaling.DescribeAutoScalingGroupsInput{})
			s.check(err)
			for _, pool := range []string{old, fresh} {
				_, err := s.v2.DescribeTargetHealth(context.Background(), &elbv2.DescribeTargetHealthInput{TargetGroupArn: &pool})
				s.check(err)
			}
		}
	})
}

// BenchmarkSamples asks for 54 metrics of the last five minutes in one call.
func BenchmarkSamples(b *testing.B) {
	dir := b.TempDir()
	synctest.Test(new(testing.T), func(*testing.T) {
		s := newStage(b, dir, busy)
		defer s.end()
		old, fresh := s.twoGroups(6, 3)
		s.flow(100)
		time.Sleep(24 * time.Hour)
		in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(time.Now().Add(-5 * time.Minute)), EndTime: aws.Time(time.Now())}
		for _, pool := range []string{old, fresh} {
			for _, zone := range []string{"us-east-1a", "us-east-1b", "us-east-1c"} {
				for _, m := range []struct{ name, stat string }{
					{"RequestCount", "Sum"},
					{"HTTPCode_Target_5XX_Count", "Sum"},
					{"HTTPCode_Target_4XX_Count", "Sum"},
					{"TargetConnectionErrorCount", "Sum"},
					{"TargetResponseTime", "SampleCount"},
					{"TargetResponseTime", "TC(0.3:)"},
					{"TargetResponseTime", "p99"},
					{"HealthyHostCount", "Minimum"},
					{"UnHealthyHostCount", "Maximum"},
				} {
					in.MetricDataQueries = append(in.MetricDataQueries, cwtypes.MetricDataQuery{
						Id: aws.String("q" + strconv.Itoa(len(in.MetricDataQueries))),
						MetricStat: &cwtypes.MetricStat{Period: aws.Int32(60), Stat: aws.String(m.stat), Metric: &cwtypes.Metric{
							Namespace: aws.String("AWS/ApplicationELB"), MetricName: aws.String(m.name),
							Dimensions: []cwtypes.Dimension{
								{Name: aws.String("LoadBalancer"), Value: &s.balancer},
								{Name: aws.String("TargetGroup"), Value: aws.String(resource(pool))},
								{Name: aws.String("AvailabilityZone"), Value: &zone},
							},
						}},
					})
				}
			}
		}
		b.ReportAllocs()
		for b.Loop() {
			_, err := s.metrics.GetMetricData(context.Background(), in)
			s.check(err)
		}
	})
}
