package cloud_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"gekko"
)

// furnished is a live group with all that the embedded cloud lets a group have,
// and a canary that was launched like it.
func (s *stage) furnished() gekko.Fleet {
	s.Helper()
	s.launch(liveGroup, 2, onALB)
	ctx, as, name := context.Background(), autoscaling.NewFromConfig(s.aws), aws.String(string(liveGroup))
	_, err := as.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: name, DefaultCooldown: aws.Int32(77), DefaultInstanceWarmup: aws.Int32(33), HealthCheckGracePeriod: aws.Int32(44),
		TerminationPolicies: []string{"OldestInstance"}, NewInstancesProtectedFromScaleIn: aws.Bool(true), CapacityRebalance: aws.Bool(true),
	})
	s.check(err)
	tag := func(key, value string, propagate bool) types.Tag {
		return types.Tag{ResourceId: name, ResourceType: aws.String("auto-scaling-group"), Key: &key, Value: &value, PropagateAtLaunch: &propagate}
	}
	_, err = as.CreateOrUpdateTags(ctx, &autoscaling.CreateOrUpdateTagsInput{Tags: []types.Tag{tag("team", "web", true), tag("cost", "7", false), tag("gekko:act-1", "verb=pause", false)}})
	s.check(err)
	_, err = as.PutLifecycleHook(ctx, &autoscaling.PutLifecycleHookInput{
		AutoScalingGroupName: name, LifecycleHookName: aws.String("warm"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_LAUNCHING"),
		HeartbeatTimeout: aws.Int32(60), DefaultResult: aws.String("CONTINUE"),
	})
	s.check(err)
	_, err = as.EnableMetricsCollection(ctx, &autoscaling.EnableMetricsCollectionInput{AutoScalingGroupName: name, Granularity: aws.String("1Minute"), Metrics: []string{"GroupDesiredCapacity"}})
	s.check(err)
	s.scales(as, name)
	s.launch(canaryGroup, 3, onALB, func(l *gekko.Launch) { l.Like = liveGroup })
	return s.observe(onALB)
}

// scales gives the live group one policy of each kind, alarms and actions.
func (s *stage) scales(as *autoscaling.Client, name *string) {
	s.Helper()
	ctx, cw := context.Background(), cloudwatch.NewFromConfig(s.aws)
	step, err := as.PutScalingPolicy(ctx, &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName: name, PolicyName: aws.String("up"), PolicyType: aws.String("StepScaling"), AdjustmentType: aws.String("ChangeInCapacity"),
		StepAdjustments: []types.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}},
	})
	s.check(err)
	f := s.observe(onALB)
	live, _ := f.Pool(string(liveGroup))
	label := strings.Join(strings.Split(f.ID, "/")[1:4], "/") + "/" + live.ID[strings.LastIndexByte(live.ID, ':')+1:]
	for policy, metric := range map[string]*types.PredefinedMetricSpecification{
		"load":      {PredefinedMetricType: types.MetricTypeALBRequestCountPerTarget, ResourceLabel: &label},
		"gekko-cpu": {PredefinedMetricType: types.MetricTypeASGAverageCPUUtilization},
	} {
		_, err = as.PutScalingPolicy(ctx, &autoscaling.PutScalingPolicyInput{
			AutoScalingGroupName: name, PolicyName: &policy, PolicyType: aws.String("TargetTrackingScaling"),
			TargetTrackingConfiguration: &types.TargetTrackingConfiguration{TargetValue: aws.Float64(1000), PredefinedMetricSpecification: metric},
		})
		s.check(err)
	}
	for alarm, actions := range map[string][]string{"busy": {*step.PolicyARN}, "watcher of " + *name: nil} {
		_, err = cw.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
			AlarmName: &alarm, AlarmActions: actions, Namespace: aws.String("AWS/EC2"), MetricName: aws.String("CPUUtilization"),
			Dimensions: []cwtypes.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: name}}, Statistic: cwtypes.StatisticAverage,
			Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(90), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
		})
		s.check(err)
	}
	for action, recurrence := range map[string]*string{"nightly": aws.String("0 3 * * *"), "once": nil} {
		_, err = as.PutScheduledUpdateGroupAction(ctx, &autoscaling.PutScheduledUpdateGroupActionInput{
			AutoScalingGroupName: name, ScheduledActionName: &action, MinSize: aws.Int32(1), Recurrence: recurrence, StartTime: aws.Time(time.Now().Add(10 * time.Hour)),
		})
		s.check(err)
	}
}

func TestANewGroupIsLikeTheLiveOne(t *testing.T) {
	onStage(t, func(s *stage) {
		f := s.furnished()
		ctx := context.Background()
		before, err := s.Differences(ctx, f, liveGroup, canaryGroup, 0)
		s.check(err)
		var names []string
		for _, d := range before {
			names = append(names, strings.SplitN(d, ":", 2)[0])
		}
		want := []string{"alarm busy-" + string(canaryGroup), "scaling policy load", "scaling policy up", "scheduled action nightly", "scheduled action once"}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("after the launch (-want +got):\n%s\n%s", diff, strings.Join(before, "\n"))
		}
		for range 2 {
			s.check(s.CarryOver(ctx, f, liveGroup, canaryGroup, 0))
			left, err := s.Differences(ctx, f, liveGroup, canaryGroup, 0)
			s.check(err)
			if len(left) > 0 {
				t.Errorf("after all was carried over:\n%s", strings.Join(left, "\n"))
			}
		}
		s.alarmOfItsOwn()
		if scales, err := s.Scales(ctx, canaryGroup); !scales || err != nil {
			t.Errorf("the new group scales: %v, %v", scales, err)
		}
		g, _ := f.Group(canaryGroup)
		if !g.Instances[0].Protected || g.Ask != (gekko.Ask{}) {
			t.Errorf("the new group is %+v", g)
		}
		_, err = autoscaling.NewFromConfig(s.aws).PutLifecycleHook(ctx, &autoscaling.PutLifecycleHookInput{
			AutoScalingGroupName: aws.String(string(canaryGroup)), LifecycleHookName: aws.String("warm"), HeartbeatTimeout: aws.Int32(90),
		})
		s.check(err)
		left, err := s.Differences(ctx, f, liveGroup, canaryGroup, 0)
		s.check(err)
		if len(left) != 1 || !strings.HasPrefix(left[0], "hook warm: ") {
			t.Errorf("after a hook was changed: %q", left)
		}
	})
}

// alarmOfItsOwn checks that the carried alarm looks at the new group and calls
// its policy.
func (s *stage) alarmOfItsOwn() {
	s.Helper()
	name := "busy-" + string(canaryGroup)
	out, err := cloudwatch.NewFromConfig(s.aws).DescribeAlarms(context.Background(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	s.check(err)
	if len(out.MetricAlarms) != 1 {
		s.Fatalf("no alarm %s", name)
	}
	a := out.MetricAlarms[0]
	if *a.Dimensions[0].Value != string(canaryGroup) || len(a.AlarmActions) != 1 || !strings.Contains(a.AlarmActions[0], string(canaryGroup)) {
		s.Errorf("alarm %s looks at %s and calls %v", name, *a.Dimensions[0].Value, a.AlarmActions)
	}
}

func TestWhatStandsInTheWayIsNamed(t *testing.T) {
	onStage(t, func(s *stage) {
		f := s.furnished()
		ctx, as := context.Background(), autoscaling.NewFromConfig(s.aws)
		say := func(what func(context.Context, gekko.Fleet, gekko.GroupName) ([]string, error), words ...string) {
			t.Helper()
			got, err := what(ctx, f, liveGroup)
			s.check(err)
			if len(got) != len(words) {
				t.Fatalf("%q, want something of each of %q", got, words)
			}
			for i, word := range words {
				if !strings.Contains(got[i], word) {
					t.Errorf("%q says nothing of %q", got[i], word)
				}
			}
		}
		say(s.Obstacles)
		say(s.NotCarried, "alarm watcher of "+string(liveGroup))
		_, err := as.SuspendProcesses(ctx, &autoscaling.SuspendProcessesInput{AutoScalingGroupName: aws.String(string(liveGroup)), ScalingProcesses: []string{"Launch", "AlarmNotification"}})
		s.check(err)
		say(s.Obstacles, "Launch is suspended")
		say(s.NotCarried, "AlarmNotification is suspended", "alarm watcher")
	})
}

func TestACopiedScheduleKeepsALeastSize(t *testing.T) {
	onStage(t, func(s *stage) {
		f, ctx := s.furnished(), context.Background()
		s.check(s.CarryOver(ctx, f, liveGroup, canaryGroup, 4))
		if left, err := s.Differences(ctx, f, liveGroup, canaryGroup, 4); len(left) > 0 || err != nil {
			t.Errorf("they differ besides: %q, %v", left, err)
		}
		if left, err := s.Differences(ctx, f, liveGroup, canaryGroup, 0); len(left) != 2 || err != nil {
			t.Errorf("they differ in %q, %v, want two scheduled actions", left, err)
		}
		all, err := s.Schedule(ctx, canaryGroup)
		s.check(err)
		soon := time.Now().Add(11 * time.Hour)
		if !slices.ContainsFunc(all, func(a gekko.Scheduled) bool { return strings.Contains(a.What, "once") && a.At.Before(soon) }) {
			t.Errorf("scheduled: %v", all)
		}
	})
}
