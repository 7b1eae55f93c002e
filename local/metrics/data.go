package metrics

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko/local/wire"
)

// CloudWatch's limits of one GetMetricData call.
const (
	queriesOfCall = 500
	pointsOfCall  = 100_800
)

// GetMetricData gives statistics and metric math over [StartTime, EndTime).
func (s *Store) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	if in.StartTime == nil || in.EndTime == nil {
		return nil, wire.Errorf("MissingParameter", "The parameters StartTime and EndTime are required.")
	}
	if !in.StartTime.Before(*in.EndTime) {
		return nil, wire.Invalid("The parameter StartTime must be before the parameter EndTime.")
	}
	q, err := s.queriesOf(in.MetricDataQueries, *in.StartTime, *in.EndTime)
	if err != nil {
		return nil, err
	}
	q.late = s.lateness()
	var results []types.MetricDataResult
	for _, query := range in.MetricDataQueries {
		if query.ReturnData != nil && !*query.ReturnData {
			continue
		}
		if r, plain := q.readings[*query.Id]; plain {
			results = append(results, s.resultOf(query, r, q, in.ScanBy))
			continue
		}
		lines, err := q.lines(*query.Id)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			results = append(results, lineResult(query, l, in.ScanBy))
		}
	}
	return pageOf(results, in)
}

// resultOf reads a query that is not math.
func (s *Store) resultOf(query types.MetricDataQuery, r reading, q *queries, by types.ScanBy) types.MetricDataResult {
	out := types.MetricDataResult{Id: query.Id, Label: query.Label, StatusCode: types.StatusCodeComplete}
	if aws.ToString(out.Label) == "" {
		out.Label = query.MetricStat.Metric.MetricName
	}
	from, to := roundedRange(q.start, q.end, r.period)
	s.visit(r, from, to, q.late, func(at int64, v float64) {
		out.Timestamps = append(out.Timestamps, time.Unix(at, 0).UTC())
		out.Values = append(out.Values, v)
	})
	if by != types.ScanByTimestampAscending {
		slices.Reverse(out.Timestamps)
		slices.Reverse(out.Values)
	}
	return out
}

func lineResult(query types.MetricDataQuery, l line, by types.ScanBy) types.MetricDataResult {
	label := aws.ToString(query.Label)
	if label == "" {
		label = l.label
	}
	r := types.MetricDataResult{Id: query.Id, Label: &label, StatusCode: types.StatusCodeComplete}
	for _, at := range sortedTimes(l.points, by) {
		r.Timestamps = append(r.Timestamps, time.Unix(at, 0).UTC())
		r.Values = append(r.Values, l.points[at])
	}
	return r
}

// pageOf cuts the points of all results into pages. A result that goes on in
// the next page is PartialData; each page lists every result.
func pageOf(results []types.MetricDataResult, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	type point struct{ result, index int }
	total := 0
	for _, r := range results {
		total += len(r.Values)
	}
	if in.NextToken == nil && total <= pointsOfCall && (in.MaxDatapoints == nil || total <= int(*in.MaxDatapoints) && *in.MaxDatapoints > 0) {
		return &cloudwatch.GetMetricDataOutput{MetricDataResults: results}, nil
	}
	var all []point
	for r := range results {
		for i := range results[r].Values {
			all = append(all, point{r, i})
		}
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxDatapoints, pointsOfCall)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricDataOutput{NextToken: next, MetricDataResults: make([]types.MetricDataResult, len(results))}
	for r, full := range results {
		out.MetricDataResults[r] = types.MetricDataResult{Id: full.Id, Label: full.Label, StatusCode: full.StatusCode}
	}
	for _, p := range page {
		r := &out.MetricDataResults[p.result]
		r.Timestamps = append(r.Timestamps, results[p.result].Timestamps[p.index])
		r.Values = append(r.Values, results[p.result].Values[p.index])
	}
	if len(page) > 0 && next != nil {
		if last := page[len(page)-1]; last.index < len(results[last.result].Values)-1 {
			out.MetricDataResults[last.result].StatusCode = types.StatusCodePartialData
		}
	}
	return out, nil
}

// queries are those of one call or alarm; expressions refer to others by id.
type queries struct {
	store      *Store
	start, end time.Time
	readings   map[string]reading
	math       map[string]expression
	order      []string // ids of readings, for METRICS()
	labels     map[string]string
	done       map[string][]line
	open       map[string]bool // being evaluated, to find circles
	late       lateness
}

// isQueryID tells whether an id is a lower case letter with letters, digits and
// underscores after it.
func isQueryID(id string) bool {
	for i, c := range []byte(id) {
		switch {
		case c >= 'a' && c <= 'z', i > 0 && (c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'):
		default:
			return false
		}
	}
	return id != ""
}

// queriesOf checks all queries before any is evaluated.
func (s *Store) queriesOf(all []types.MetricDataQuery, start, end time.Time) (*queries, error) {
	if len(all) == 0 || len(all) > queriesOfCall {
		return nil, wire.Invalid("The parameter MetricDataQueries must have 1 to %d members; it has %d.", queriesOfCall, len(all))
	}
	q := &queries{
		store: s, start: start, end: end,
		readings: make(map[string]reading, len(all)), math: map[string]expression{},
		labels: make(map[string]string, len(all)), done: map[string][]line{}, open: map[string]bool{},
	}
	for _, query := range all {
		id := aws.ToString(query.Id)
		if !isQueryID(id) {
			return nil, wire.Invalid("The value %q for parameter MetricDataQueries.Id is not valid: it begins with a lower case letter and has letters, digits and underscores.", id)
		}
		if _, twice := q.labels[id]; twice {
			return nil, wire.Invalid("The values for parameter Id in MetricDataQueries are not unique: %s.", id)
		}
		q.labels[id] = id
		if err := q.take(id, query); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func (q *queries) take(id string, query types.MetricDataQuery) error {
	where := "MetricDataQueries." + id
	stat := query.MetricStat
	if (stat == nil) == (query.Expression == nil) {
		return wire.Invalid("Exactly one of the parameters MetricStat and Expression must be given in %s.", where)
	}
	if stat == nil {
		e, err := parseExpression(*query.Expression)
		if err != nil {
			return expressionError(id, err)
		}
		q.math[id] = e
		return nil
	}
	r, err := readingOf(stat.Metric, aws.ToString(stat.Stat), aws.ToInt32(stat.Period), stat.Unit, where+".MetricStat")
	if err != nil {
		return err
	}
	q.readings[id] = r
	q.order = append(q.order, id)
	q.labels[id] = *stat.Metric.MetricName
	return nil
}

// anew gives the same queries over another time.
func (q *queries) anew(start, end time.Time) *queries {
	other := *q
	other.start, other.end = start, end
	other.done, other.open = map[string][]line{}, map[string]bool{}
	return &other
}

// lines evaluates the query of an id, once.
func (q *queries) lines(id string) ([]line, error) {
	if done, ok := q.done[id]; ok {
		return done, nil
	}
	if r, ok := q.readings[id]; ok {
		from, to := roundedRange(q.start, q.end, r.period)
		l := q.store.read(r, from, to, q.late)
		l.label = q.labels[id]
		q.done[id] = []line{l}
		return q.done[id], nil
	}
	lines, err := q.evaluate(id)
	if err != nil {
		return nil, expressionError(id, err)
	}
	q.done[id] = lines
	return lines, nil
}
