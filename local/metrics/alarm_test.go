package metrics_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/metrics"
)

func high(change func(*cloudwatch.PutMetricAlarmInput)) *cloudwatch.PutMetricAlarmInput {
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("high"), Namespace: aws.String("Shop"), MetricName: aws.String("Load"), Statistic: "Average",
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(50), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
	}
	if change != nil {
		change(in)
	}
	return in
}

func (a *account) alarm() types.MetricAlarm {
	a.t.Helper()
	return do(a, a.DescribeAlarms, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"high"}}).MetricAlarms[0]
}

func TestAnAlarmBeginsWithoutDataAndFollowsItsMetric(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		var told []string
		a.OnAction(func(x metrics.Action) { told = append(told, x.ARN) })
		do(a, a.PutMetricAlarm, high(func(in *cloudwatch.PutMetricAlarmInput) {
			in.AlarmActions, in.OKActions = []string{"arn:aws:autoscaling:up", "arn:aws:sns:page"}, []string{"arn:aws:sns:fine"}
		}))
		if s := a.alarm().StateValue; s != types.StateValueInsufficientData {
			t.Error("it begins as", s)
		}
		load := 10.0
		a.loop.Every(time.Second, func() { a.Add("Shop", "Load", "Percent", nil, time.Now(), load, 1) })
		time.Sleep(5 * time.Minute)
		if s := a.alarm().StateValue; s != types.StateValueOk {
			t.Error("under the threshold it is", s)
		}
		a.loop.Do(func() { load = 90 })
		time.Sleep(2*time.Minute + 30*time.Second)
		if s := a.alarm().StateValue; s != types.StateValueOk {
			t.Error("after two minutes above it is", s)
		}
		time.Sleep(4 * time.Minute)
		if s := a.alarm().StateValue; s != types.StateValueAlarm {
			t.Error("after six minutes above it is", s)
		}
		a.loop.Do(func() {
			count := func(arn string) (n int) {
				for _, x := range told {
					if x == arn {
						n++
					}
				}
				return n
			}
			if count("arn:aws:sns:fine") != 1 || count("arn:aws:sns:page") != 1 || count("arn:aws:autoscaling:up") < 3 {
				t.Errorf("carried out were %v", told)
			}
		})
		history := do(a, a.DescribeAlarmHistory, &cloudwatch.DescribeAlarmHistoryInput{AlarmName: aws.String("high"), HistoryItemType: types.HistoryItemTypeStateUpdate})
		if n := len(history.AlarmHistoryItems); n != 2 || *history.AlarmHistoryItems[0].HistorySummary != "Alarm updated from OK to ALARM" {
			t.Errorf("%d changes of state", n)
		}
	})
}

func TestMissingDataIsTreatedAsTheAlarmSays(t *testing.T) {
	for treat, want := range map[string]types.StateValue{
		"missing": types.StateValueInsufficientData, "ignore": types.StateValueOk,
		"breaching": types.StateValueAlarm, "notBreaching": types.StateValueOk,
	} {
		t.Run(treat, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(t)
				do(a, a.PutMetricAlarm, high(func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = &treat }))
				do(a, a.SetAlarmState, &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("high"), StateValue: types.StateValueOk, StateReason: aws.String("test")})
				time.Sleep(10 * time.Minute)
				if got := a.alarm().StateValue; got != want {
					t.Errorf("without data it is %s, want %s", got, want)
				}
			})
		})
	}
}

func TestTwoOutOfThreeIsEnoughWhenAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		do(a, a.PutMetricAlarm, high(func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(2) }))
		for _, load := range []float64{90, 10, 90} {
			a.Add("Shop", "Load", "Percent", nil, time.Now(), load, 1)
			time.Sleep(time.Minute)
		}
		time.Sleep(5 * time.Second)
		if got := a.alarm(); got.StateValue != types.StateValueAlarm {
			t.Errorf("it is %s: %s", got.StateValue, *got.StateReason)
		}
	})
}

func TestAnAlarmOnAnExpression(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		do(a, a.PutMetricAlarm, high(func(in *cloudwatch.PutMetricAlarmInput) {
			in.MetricName, in.Namespace, in.Statistic, in.Period = nil, nil, "", nil
			in.EvaluationPeriods = aws.Int32(1)
			in.Metrics = []types.MetricDataQuery{hidden(of("e", "Errors", "Sum", 60)), hidden(of("r", "Requests", "Sum", 60)), formula("rate", "100 * e / r")}
		}))
		a.Add("Shop", "Errors", "Count", nil, time.Now(), 1, 60)
		a.Add("Shop", "Requests", "Count", nil, time.Now(), 1, 100)
		time.Sleep(time.Minute + 5*time.Second)
		if s := a.alarm().StateValue; s != types.StateValueAlarm {
			t.Error("it is", s)
		}
	})
}

func TestAlarmsThatCannotBeAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		for name, change := range map[string]func(*cloudwatch.PutMetricAlarmInput){
			"no periods":      func(in *cloudwatch.PutMetricAlarmInput) { in.EvaluationPeriods = nil },
			"too many points": func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(4) },
			"no threshold":    func(in *cloudwatch.PutMetricAlarmInput) { in.Threshold = nil },
			"no statistic":    func(in *cloudwatch.PutMetricAlarmInput) { in.Statistic = "" },
			"two statistics":  func(in *cloudwatch.PutMetricAlarmInput) { in.ExtendedStatistic = aws.String("p99") },
			"a period of 7":   func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(7) },
			"a period of 1":   func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(1) },
			"a bad treatment": func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = aws.String("zero") },
		} {
			t.Log(name)
			refused(a, a.PutMetricAlarm, high(change), "ValidationError")
		}
		refused(a, a.DeleteAlarms, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"high"}}, "ResourceNotFound")
	})
}

func TestAlarmsAreTaggedAndFoundByTheirMetric(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		do(a, a.PutMetricAlarm, high(func(in *cloudwatch.PutMetricAlarmInput) {
			in.Tags = []types.Tag{{Key: aws.String("app"), Value: aws.String("shop")}}
		}))
		found := do(a, a.DescribeAlarmsForMetric, &cloudwatch.DescribeAlarmsForMetricInput{Namespace: aws.String("Shop"), MetricName: aws.String("Load")})
		if len(found.MetricAlarms) != 1 {
			t.Fatalf("%d alarms are found by their metric", len(found.MetricAlarms))
		}
		arn := found.MetricAlarms[0].AlarmArn
		do(a, a.TagResource, &cloudwatch.TagResourceInput{ResourceARN: arn, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("web")}}})
		do(a, a.UntagResource, &cloudwatch.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"app"}})
		tags := do(a, a.ListTagsForResource, &cloudwatch.ListTagsForResourceInput{ResourceARN: arn}).Tags
		if !slices.ContainsFunc(tags, func(x types.Tag) bool { return *x.Key == "team" }) || len(tags) != 1 {
			t.Errorf("%d tags", len(tags))
		}
		do(a, a.DisableAlarmActions, &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{"high"}})
		if *a.alarm().ActionsEnabled {
			t.Error("its actions are still enabled")
		}
		do(a, a.EnableAlarmActions, &cloudwatch.EnableAlarmActionsInput{AlarmNames: []string{"high"}})
		do(a, a.DeleteAlarms, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"high"}})
	})
}
