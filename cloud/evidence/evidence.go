// Package evidence reads what CloudWatch counted of a fleet: the traffic of each
// group, the samples that the judge compares, the load that has to be borne and
// what is slow. It asks nobody else, and judges nothing.
package evidence

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko"
	"gekko/cloud/answer"
)

// Zones tell where a balancer is.
type Zones struct {
	ALB func(ctx context.Context, listener string) ([]string, error)
	// Classic tells too whether each zone counts apart from the others.
	Classic func(ctx context.Context, name string) (zones []string, apart bool, err error)
}

// Meter reads what was counted in one account and region.
type Meter struct {
	cloudwatch *cloudwatch.Client
	zonesOf    Zones
	known      sync.Map // zones by an ALB's listener
}

// New makes a meter that asks CloudWatch.
func New(c *cloudwatch.Client, z Zones) *Meter {
	return &Meter{cloudwatch: c, zonesOf: z}
}

// metric is one statistic of one of a balancer's metrics.
type metric struct {
	name string
	stat string
	of   counter
}

// counter is what a metric is counted for: a namespace and dimensions.
type counter struct {
	namespace  string
	dimensions []types.Dimension
}

func classicCounter(name string) counter {
	return counter{"AWS/ELB", []types.Dimension{dimension("LoadBalancerName", name)}}
}

func albCounter(listener string) counter {
	return counter{"AWS/ApplicationELB", []types.Dimension{dimension("LoadBalancer", BalancerDimension(listener))}}
}

func poolCounter(listener string, p gekko.Pool) counter {
	m := albCounter(listener)
	m.dimensions = append(m.dimensions, dimension("TargetGroup", PoolDimension(p.ID)))
	return m
}

func dimension(name, value string) types.Dimension {
	return types.Dimension{Name: &name, Value: &value}
}

// series is a metric's values by the beginning of their period. A period
// without measurement is missing.
type series map[time.Time]float64

func (s series) sum() float64 {
	total := 0.0
	for _, v := range s {
		total += v
	}
	return total
}

func (s series) highest() float64 {
	top := 0.0
	for _, v := range s {
		top = max(top, v)
	}
	return top
}

// measure reads metrics, all in one call as long as it holds less than 100,800
// values; each answer stands where its question did.
func (m *Meter) measure(ctx context.Context, all []metric, start, end time.Time, period time.Duration) ([]series, error) {
	in := &cloudwatch.GetMetricDataInput{StartTime: &start, EndTime: &end, MetricDataQueries: make([]types.MetricDataQuery, 0, len(all))}
	answers := make([]series, len(all))
	at := make(map[string]int, len(all))
	for i := range all {
		asked, id := &all[i], "q"+strconv.Itoa(i)
		at[id], answers[i] = i, series{}
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{
			Id: &id,
			MetricStat: &types.MetricStat{
				Metric: &types.Metric{Namespace: &asked.of.namespace, MetricName: &asked.name, Dimensions: asked.of.dimensions},
				Period: aws.Int32(int32(period / time.Second)),
				Stat:   &asked.stat,
			},
		})
	}
	pages := cloudwatch.NewGetMetricDataPaginator(m.cloudwatch, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, answer.Named("metrics", err)
		}
		for _, r := range page.MetricDataResults {
			if err := answered(r); err != nil {
				return nil, err
			}
			answer := answers[at[aws.ToString(r.Id)]]
			for i, t := range r.Timestamps {
				answer[t.UTC()] = r.Values[i]
			}
		}
	}
	return answers, nil
}

// answered is an error for a metric that could not be read: without it its
// values would seem to be none.
func answered(r types.MetricDataResult) error {
	switch r.StatusCode {
	case types.StatusCodeInternalError:
		return fmt.Errorf("metric %s: %w: CloudWatch could not read it", aws.ToString(r.Label), gekko.ErrUnavailable)
	case types.StatusCodeForbidden:
		return fmt.Errorf("metric %s: %w", aws.ToString(r.Label), gekko.ErrDenied)
	}
	return nil
}

// BalancerDimension cuts app/NAME/ID, as CloudWatch calls a balancer, out
// of a listener's or the balancer's own ARN.
func BalancerDimension(arn string) string {
	resource := arn[strings.LastIndexByte(arn, ':')+1:]
	parts := strings.Split(resource, "/")
	if len(parts) < 4 {
		return "app/unknown/unknown"
	}
	return strings.Join(parts[1:4], "/")
}

// PoolDimension cuts targetgroup/NAME/ID out of a target group's ARN.
func PoolDimension(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }
