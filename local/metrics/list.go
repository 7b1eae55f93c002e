package metrics

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/wire"
)

// ListMetrics lists metrics that got a value within the last two weeks, or
// within three hours if RecentlyActive asks for that.
func (s *Store) ListMetrics(_ context.Context, in *cloudwatch.ListMetricsInput) (*cloudwatch.ListMetricsOutput, error) {
	since := time.Now().Add(-14 * 24 * time.Hour)
	if in.RecentlyActive == types.RecentlyActivePt3h {
		since = time.Now().Add(-3 * time.Hour)
	}
	page, next, err := wire.Page(s.list(in, since), in.NextToken, nil, 500)
	if err != nil {
		return nil, err
	}
	return &cloudwatch.ListMetricsOutput{Metrics: page, NextToken: next}, nil
}

func (s *Store) list(in *cloudwatch.ListMetricsInput, since time.Time) []types.Metric {
	s.mu.RLock()
	defer s.mu.RUnlock()
	keys := slices.SortedFunc(maps.Keys(s.series), func(a, b key) int {
		return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.name, b.name), cmp.Compare(a.dims, b.dims))
	})
	var all []types.Metric
	for _, k := range keys {
		if in.Namespace != nil && *in.Namespace != k.namespace || in.MetricName != nil && *in.MetricName != k.name {
			continue
		}
		family := s.series[k]
		fresh := slices.ContainsFunc(family, func(r *Series) bool { return !r.newest().Before(since) })
		if !fresh || !hasDims(family[0].dims, in.Dimensions) {
			continue
		}
		all = append(all, types.Metric{Namespace: &k.namespace, MetricName: &k.name, Dimensions: dimensions(family[0].dims)})
	}
	return all
}

func hasDims(dims map[string]string, filters []types.DimensionFilter) bool {
	for _, f := range filters {
		v, has := dims[aws.ToString(f.Name)]
		if !has || f.Value != nil && *f.Value != v {
			return false
		}
	}
	return true
}

func dimensions(dims map[string]string) []types.Dimension {
	var all []types.Dimension
	for _, name := range slices.Sorted(maps.Keys(dims)) {
		all = append(all, types.Dimension{Name: aws.String(name), Value: aws.String(dims[name])})
	}
	return all
}
