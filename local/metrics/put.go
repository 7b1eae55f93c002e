package metrics

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/wire"
)

// CloudWatch's limits of one PutMetricData call.
const (
	metricsOfCall  = 1000
	valuesOfMetric = 150
)

// PutMetricData takes in measurements of a caller. All are checked before any
// is kept.
func (s *Store) PutMetricData(_ context.Context, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
	namespace := aws.ToString(in.Namespace)
	switch {
	case namespace == "":
		return nil, wire.Errorf("MissingParameter", "The parameter Namespace is required.")
	case strings.HasPrefix(namespace, "AWS/"):
		return nil, wire.Errorf("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
	case len(in.MetricData) == 0:
		return nil, wire.Errorf("MissingParameter", "The parameter MetricData is required.")
	case len(in.MetricData) > metricsOfCall:
		return nil, wire.Errorf("InvalidParameterValue", "The collection MetricData must not have a size greater than %d.", metricsOfCall)
	}
	for i := range in.MetricData {
		if err := checkDatum(&in.MetricData[i]); err != nil {
			return nil, err
		}
	}
	for _, d := range in.MetricData {
		s.keep(namespace, d)
	}
	return &cloudwatch.PutMetricDataOutput{}, nil
}

func checkDatum(d *types.MetricDatum) error {
	name := aws.ToString(d.MetricName)
	if name == "" {
		return wire.Errorf("MissingParameter", "The parameter MetricData.MetricName is required.")
	}
	if err := checkDims(d.Dimensions); err != nil {
		return err
	}
	given := 0
	var numbers []float64
	if d.Value != nil {
		given, numbers = given+1, append(numbers, *d.Value)
	}
	if len(d.Values) > 0 {
		given, numbers = given+1, append(numbers, d.Values...)
	}
	if set := d.StatisticValues; set != nil {
		given++
		if set.SampleCount == nil || set.Sum == nil || set.Minimum == nil || set.Maximum == nil {
			return wire.Errorf("MissingParameter", "The parameter StatisticValues of the metric %s needs SampleCount, Sum, Minimum and Maximum.", name)
		}
		if *set.SampleCount <= 0 || *set.Minimum > *set.Maximum {
			return wire.Errorf("InvalidParameterValue", "The parameter StatisticValues of the metric %s needs a SampleCount above 0 and a Minimum not above its Maximum.", name)
		}
		numbers = append(numbers, *set.SampleCount, *set.Sum, *set.Minimum, *set.Maximum)
	}
	switch {
	case given == 0:
		return wire.Errorf("InvalidParameterCombination", "At least one of the parameters Value, Values and StatisticValues must be specified for the metric %s.", name)
	case given > 1:
		return wire.Errorf("InvalidParameterCombination", "The parameters Value, Values and StatisticValues of the metric %s are mutually exclusive and you have specified more than one.", name)
	case len(d.Values) > valuesOfMetric:
		return wire.Errorf("InvalidParameterValue", "The collection Values of the metric %s must not have a size greater than %d.", name, valuesOfMetric)
	case len(d.Counts) > 0 && len(d.Counts) != len(d.Values):
		return wire.Errorf("InvalidParameterValue", "The parameters Values and Counts of the metric %s must be of the same size.", name)
	case d.StorageResolution != nil && *d.StorageResolution != 1 && *d.StorageResolution != 60:
		return wire.Errorf("InvalidParameterValue", "The parameter StorageResolution must be a value in the set [ 1, 60 ].")
	}
	for _, v := range append(numbers, d.Counts...) {
		if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 0x1p360 {
			return wire.Errorf("InvalidParameterValue", "The value %v for the metric %s is invalid: NaN, infinity and magnitudes above 2^360 are not allowed.", v, name)
		}
	}
	return checkTime(d.Timestamp, name)
}

// checkTime refuses what lies over two weeks back or two hours ahead.
func checkTime(at *time.Time, name string) error {
	if at == nil {
		return nil
	}
	now := time.Now()
	if at.Before(now.Add(-14*24*time.Hour)) || at.After(now.Add(2*time.Hour)) {
		return wire.Errorf("InvalidParameterValue", "The Timestamp of the metric %s must be within the last two weeks and at most two hours in the future.", name)
	}
	return nil
}

func (s *Store) keep(namespace string, d types.MetricDatum) {
	at := time.Now()
	if d.Timestamp != nil {
		at = *d.Timestamp
	}
	if aws.ToInt32(d.StorageResolution) != 1 {
		at = at.Truncate(time.Minute)
	}
	unit := string(d.Unit)
	if unit == "" {
		unit = string(types.StandardUnitNone)
	}
	dims, _ := dimsOf(d.Dimensions) // checked before
	series := s.Prepare(namespace, *d.MetricName, unit, dims)
	switch {
	case d.Value != nil:
		series.Add(at, *d.Value, 1)
	case d.StatisticValues != nil:
		set := d.StatisticValues
		series.addSet(at, *set.SampleCount, *set.Sum, *set.Minimum, *set.Maximum)
	}
	for i, v := range d.Values {
		count := 1.0
		if len(d.Counts) > 0 {
			count = d.Counts[i]
		}
		series.Add(at, v, count)
	}
}
