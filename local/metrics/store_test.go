package metrics_test

import (
	"context"
	"math"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/loop"
	"gekko/local/metrics"
)

// account is a store whose loop runs, driven from outside it.
type account struct {
	*metrics.Store
	t    *testing.T
	loop *loop.Loop
}

func newAccount(t *testing.T) *account {
	l := &loop.Loop{}
	a := &account{metrics.New(metrics.Options{Account: "000000000000", Region: "us-east-1", Loop: l}), t, l}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { l.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return a
}

func try[In, Out any](a *account, f func(context.Context, *In) (*Out, error), in *In) (out *Out, err error) {
	a.loop.Do(func() { out, err = f(a.t.Context(), in) })
	return out, err
}

func do[In, Out any](a *account, f func(context.Context, *In) (*Out, error), in *In) *Out {
	a.t.Helper()
	out, err := try(a, f, in)
	if err != nil {
		a.t.Fatal(err)
	}
	return out
}

// refused wants AWS's code.
func refused[In, Out any](a *account, f func(context.Context, *In) (*Out, error), in *In, code string) {
	a.t.Helper()
	if _, err := try(a, f, in); err == nil || len(err.Error()) < len(code) || err.Error()[:len(code)] != code {
		a.t.Errorf("refused with %v, want %s", err, code)
	}
}

func of(id, name, stat string, period int32) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
		Metric: &types.Metric{Namespace: aws.String("Shop"), MetricName: &name}, Stat: &stat, Period: &period,
	}}
}

func formula(id, text string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, Expression: &text}
}

func hidden(q types.MetricDataQuery) types.MetricDataQuery {
	q.ReturnData = aws.Bool(false)
	return q
}

// data asks for the last minutes, oldest first.
func (a *account) data(minutes time.Duration, queries ...types.MetricDataQuery) []types.MetricDataResult {
	a.t.Helper()
	now := time.Now()
	return do(a, a.GetMetricData, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(now.Add(-minutes * time.Minute)), EndTime: &now, MetricDataQueries: queries, ScanBy: types.ScanByTimestampAscending,
	}).MetricDataResults
}

func equal(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
		return
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
	}
}

func TestPeriodsAreCutFromSecondsAndMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		s := a.Prepare("Shop", "Requests", "Count", nil)
		for range 300 {
			s.Add(time.Now(), 1, 2)
			time.Sleep(time.Second)
		}
		equal(t, "minutes", a.data(5, of("m", "Requests", "Sum", 60))[0].Values, []float64{120, 120, 120, 120, 120})
		equal(t, "pairs, from an even minute", a.data(4, of("m", "Requests", "Sum", 120))[0].Values, []float64{240, 240, 120})
		tens := a.data(1, of("m", "Requests", "SampleCount", 10))[0]
		equal(t, "tens", tens.Values, []float64{20, 20, 20, 20, 20, 20})
		if !tens.Timestamps[0].Equal(time.Now().Add(-time.Minute)) {
			t.Error("the first point is of", tens.Timestamps[0])
		}
		if n := len(a.data(2, of("m", "Requests", "Average", 1))[0].Values); n != 120 {
			t.Errorf("%d points of a second in two minutes", n)
		}
	})
}

func TestSecondsAreForgottenAfterThreeHoursAndMinutesAfterFifteenDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		add := func() { a.Add("Shop", "Requests", "Count", nil, time.Now(), 1, 1) }
		add()
		time.Sleep(4 * time.Hour)
		add()
		time.Sleep(time.Minute)
		if n := len(a.data(241, of("m", "Requests", "Sum", 1))[0].Values); n != 1 {
			t.Errorf("%d seconds are left, want 1", n)
		}
		if n := len(a.data(241, of("m", "Requests", "Sum", 60))[0].Values); n != 2 {
			t.Errorf("%d minutes are left, want 2", n)
		}
		time.Sleep(15 * 24 * time.Hour)
		add()
		time.Sleep(time.Minute)
		if n := len(a.data(16*24*60, of("m", "Requests", "Sum", 60))[0].Values); n != 1 {
			t.Errorf("%d minutes are left after fifteen days, want 1", n)
		}
	})
}

func TestAnExpressionIsWorkedOutPeriodByPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		for i := range 3 {
			a.Add("Shop", "Requests", "Count", nil, time.Now(), 100, 1)
			if i != 1 {
				a.Add("Shop", "Errors", "Count", nil, time.Now(), float64(5*i+5), 1)
			}
			time.Sleep(time.Minute)
		}
		requests, errors := hidden(of("r", "Requests", "Sum", 60)), hidden(of("e", "Errors", "Sum", 60))
		for _, row := range []struct {
			text string
			want []float64
		}{
			{"e / r * 100", []float64{5, 15}},
			{"FILL(e, 0) / r", []float64{0.05, 0, 0.15}},
			{"FILL(e, REPEAT)", []float64{5, 5, 15}},
			{"FILL(e, LINEAR)", []float64{5, 10, 15}},
			{"-(r - 2 * 30) ^ 2 + 1", []float64{-1599, -1599, -1599}},
			{"r / SUM(r)", []float64{1. / 3, 1. / 3, 1. / 3}},
			{"SUM(METRICS())", []float64{105, 100, 115}},
			{`MAX(METRICS("e"))*r/r`, []float64{15, 15, 15}},
			{"IF(FILL(e,0) > 6, 1, 0)", []float64{0, 0, 1}},
			{"r / 0", nil},
			{"RATE(r) + DIFF(r)", []float64{0, 0}},
			{"r / PERIOD(r)", []float64{100. / 60, 100. / 60, 100. / 60}},
		} {
			equal(t, row.text, a.data(3, requests, errors, formula("x", row.text))[0].Values, row.want)
		}
	})
}

func TestExpressionsThatCannotBeAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		for text, code := range map[string]string{
			"m +": "ValidationError", "m m": "ValidationError", "(m": "ValidationError", "1 + 1": "ValidationError", "nobody": "ValidationError",
			"x": "ValidationError", "SUM(m, m)": "ValidationError", "FILL(m)": "ValidationError", "m # 2": "ValidationError", "": "ValidationError",
			"ANOMALY_DETECTION_BAND(m)": "UnsupportedOperation", "SEARCH('x', 'Sum')": "UnsupportedOperation",
			`SUM(METRICS("zz"))`: "ValidationError", `FILL(METRICS("zz"), 0)`: "ValidationError", `PERIOD(METRICS("zz"))`: "ValidationError",
			strings.Repeat("(", 1500) + "m" + strings.Repeat(")", 1500): "ValidationError",
		} {
			refused(a, a.GetMetricData, &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(time.Now().Add(-time.Hour)), EndTime: aws.Time(time.Now()),
				MetricDataQueries: []types.MetricDataQuery{of("m", "Requests", "Sum", 60), formula("x", text)},
			}, code)
		}
	})
}

func TestGapsOfADayAreFilledAndThoseOfYearsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		a.Add("Shop", "Requests", "Count", nil, time.Now(), 7, 1)
		time.Sleep(24*time.Hour - time.Second)
		for text, want := range map[string]int{"FILL(m, 0)": 86400, "FILL(m, REPEAT)": 86399, "FILL(m, LINEAR)": 1, "FILL(FILL(m, LINEAR) - m / 0, REPEAT)": 0} {
			begun := realTime()
			got := a.data(24*60, hidden(of("m", "Requests", "Sum", 1)), formula("x", text))[0].Values
			if len(got) != want {
				t.Errorf("%s gave %d points, want %d", text, len(got), want)
			}
			if took := realTime() - begun; took > 5*time.Second {
				t.Errorf("%s took %s, in which nothing else of the cloud could happen", text, took)
			}
		}
		refused(a, a.GetMetricData, &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(time.Unix(0, 0)), EndTime: aws.Time(time.Now()),
			MetricDataQueries: []types.MetricDataQuery{of("m", "Requests", "Sum", 60), formula("x", "FILL(m, 0)")},
		}, "ValidationError")
	})
}

// realTime is the time that this process has worked, also in a bubble.
func realTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano())
}

func TestPagesHoldWhatFits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		for range 5 {
			a.Add("Shop", "Requests", "Count", nil, time.Now(), 1, 1)
			time.Sleep(time.Minute)
		}
		in := &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(time.Now().Add(-5 * time.Minute)), EndTime: aws.Time(time.Now()), MaxDatapoints: aws.Int32(3),
			MetricDataQueries: []types.MetricDataQuery{of("m", "Requests", "Sum", 60), of("none", "Errors", "Sum", 60)},
		}
		first := do(a, a.GetMetricData, in)
		if r := first.MetricDataResults; len(r) != 2 || len(r[0].Values) != 3 || r[0].StatusCode != types.StatusCodePartialData || first.NextToken == nil {
			t.Fatalf("the first page is %+v", r)
		}
		in.NextToken = first.NextToken
		second := do(a, a.GetMetricData, in)
		if r := second.MetricDataResults; len(r[0].Values) != 2 || r[0].StatusCode != types.StatusCodeComplete || second.NextToken != nil {
			t.Errorf("the second page is %+v", r)
		}
	})
}

func TestQueriesThatCannotBeAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		now := time.Now()
		ask := func(q ...types.MetricDataQuery) *cloudwatch.GetMetricDataInput {
			return &cloudwatch.GetMetricDataInput{StartTime: aws.Time(now.Add(-time.Hour)), EndTime: &now, MetricDataQueries: q}
		}
		for _, period := range []int32{0, 7, 15, 61, -60} {
			refused(a, a.GetMetricData, ask(of("m", "Requests", "Sum", period)), "ValidationError")
		}
		refused(a, a.GetMetricData, ask(), "ValidationError")
		refused(a, a.GetMetricData, ask(of("M", "Requests", "Sum", 60)), "ValidationError")
		refused(a, a.GetMetricData, ask(of("m", "Requests", "Sum", 60), of("m", "Errors", "Sum", 60)), "ValidationError")
		backwards := ask(of("m", "Requests", "Sum", 60))
		backwards.StartTime = backwards.EndTime
		refused(a, a.GetMetricData, backwards, "ValidationError")
		refused(a, a.GetMetricStatistics, &cloudwatch.GetMetricStatisticsInput{
			Namespace: aws.String("Shop"), MetricName: aws.String("Requests"), Period: aws.Int32(60), Statistics: []types.Statistic{"Sum"},
			StartTime: aws.Time(now.Add(-48 * time.Hour)), EndTime: &now,
		}, "InvalidParameterCombination: You have requested up to 2880 datapoints, which exceeds the limit of 1440.")
	})
}

func TestPutMetricDataTakesValuesCountsAndSets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		do(a, a.PutMetricData, &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{
			{MetricName: aws.String("Latency"), Unit: "Seconds", Values: []float64{0.1, 0.7}, Counts: []float64{90, 10}},
			{MetricName: aws.String("Sold"), StatisticValues: &types.StatisticSet{SampleCount: aws.Float64(4), Sum: aws.Float64(10), Minimum: aws.Float64(1), Maximum: aws.Float64(4)}},
			{MetricName: aws.String("Sold"), Value: aws.Float64(6)},
		}})
		time.Sleep(time.Minute)
		got := a.data(1, of("slow", "Latency", "TC(0.5:)", 60), of("p90", "Latency", "p90", 60), of("sum", "Sold", "Sum", 60), of("most", "Sold", "Maximum", 60))
		for i, want := range []float64{10, 0.1, 16, 6} {
			equal(t, *got[i].Id, got[i].Values, []float64{want})
		}
		listed := do(a, a.ListMetrics, &cloudwatch.ListMetricsInput{Namespace: aws.String("Shop")}).Metrics
		if len(listed) != 2 || *listed[0].MetricName != "Latency" {
			t.Errorf("listed are %v", listed)
		}
	})
}

func TestPutMetricDataRefusesInAWSsWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t)
		put := func(namespace string, d types.MetricDatum) *cloudwatch.PutMetricDataInput {
			d.MetricName = aws.String("x")
			return &cloudwatch.PutMetricDataInput{Namespace: &namespace, MetricData: []types.MetricDatum{d}}
		}
		refused(a, a.PutMetricData, put("AWS/EC2", types.MetricDatum{Value: aws.Float64(1)}), "InvalidParameterValue: The value AWS/ for parameter Namespace is invalid.")
		refused(a, a.PutMetricData, put("Shop", types.MetricDatum{}), "InvalidParameterCombination")
		refused(a, a.PutMetricData, put("Shop", types.MetricDatum{Value: aws.Float64(math.NaN())}), "InvalidParameterValue")
		refused(a, a.PutMetricData, put("Shop", types.MetricDatum{Values: []float64{math.Inf(1)}}), "InvalidParameterValue")
		refused(a, a.PutMetricData, put("Shop", types.MetricDatum{Values: []float64{1}, Counts: []float64{1, 2}}), "InvalidParameterValue")
		refused(a, a.PutMetricData, put("Shop", types.MetricDatum{Value: aws.Float64(1), StorageResolution: aws.Int32(300)}), "InvalidParameterValue")
		refused(a, a.PutMetricData, put("Shop", types.MetricDatum{Value: aws.Float64(1), Timestamp: aws.Time(time.Now().Add(3 * time.Hour))}), "InvalidParameterValue")
		if n := len(do(a, a.ListMetrics, &cloudwatch.ListMetricsInput{}).Metrics); n != 0 {
			t.Errorf("%d metrics were made by refused calls", n)
		}
	})
}

func BenchmarkAdd(b *testing.B) {
	s := metrics.New(metrics.Options{Loop: &loop.Loop{}}).Prepare("AWS/ApplicationELB", "TargetResponseTime", "Seconds", nil)
	now, i := time.Now(), 0
	for b.Loop() {
		i++
		s.Add(now.Add(time.Duration(i)*time.Millisecond), float64(i%997)/1000, 1)
	}
}
