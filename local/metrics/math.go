package metrics

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// term is what an expression comes to: one number, or lines of points.
type term struct {
	number float64
	lines  []line // nil: a number
}

func (q *queries) evaluate(id string) ([]line, error) {
	e, known := q.math[id]
	if !known {
		return nil, fmt.Errorf("there is no query %s", id)
	}
	if q.open[id] {
		return nil, fmt.Errorf("the queries refer to each other in a circle")
	}
	q.open[id] = true
	defer delete(q.open, id)
	t, err := e.evaluate(q)
	if err != nil {
		return nil, err
	}
	if t.lines == nil {
		return nil, fmt.Errorf("the expression gives one number, not a time series")
	}
	if len(t.lines) == 1 {
		t.lines[0].label = id
	}
	return t.lines, nil
}

func (n number) evaluate(*queries) (term, error) { return term{number: float64(n)}, nil }

func (r reference) evaluate(q *queries) (term, error) {
	lines, err := q.lines(string(r))
	return term{lines: slices.Clone(lines)}, err
}

func (n negative) evaluate(q *queries) (term, error) {
	t, err := n.of.evaluate(q)
	return t.each(func(v float64) float64 { return -v }), err
}

func (b binary) evaluate(q *queries) (term, error) {
	left, err := b.left.evaluate(q)
	if err != nil {
		return term{}, err
	}
	right, err := b.right.evaluate(q)
	if err != nil {
		return term{}, err
	}
	f := operation(b.operator)
	switch {
	case left.lines == nil && right.lines == nil:
		return term{number: f(left.number, right.number)}, nil
	case right.lines == nil:
		return left.each(func(v float64) float64 { return f(v, right.number) }), nil
	case left.lines == nil:
		return right.each(func(v float64) float64 { return f(left.number, v) }), nil
	case len(left.lines) > 1 && len(right.lines) > 1:
		return term{}, fmt.Errorf("two arrays cannot be joined by %s", b.operator)
	}
	var all []line
	for _, l := range left.lines {
		for _, r := range right.lines {
			all = append(all, both(l, r, f))
		}
	}
	return term{lines: all}, nil
}

func operation(operator string) func(a, b float64) float64 {
	truth := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	switch operator {
	case "+":
		return func(a, b float64) float64 { return a + b }
	case "-":
		return func(a, b float64) float64 { return a - b }
	case "*":
		return func(a, b float64) float64 { return a * b }
	case "/":
		return func(a, b float64) float64 { return a / b }
	case "^":
		return math.Pow
	case "<":
		return func(a, b float64) float64 { return truth(a < b) }
	case "<=":
		return func(a, b float64) float64 { return truth(a <= b) }
	case ">":
		return func(a, b float64) float64 { return truth(a > b) }
	case ">=":
		return func(a, b float64) float64 { return truth(a >= b) }
	case "==":
		return func(a, b float64) float64 { return truth(a == b) }
	}
	return func(a, b float64) float64 { return truth(a != b) }
}

// at is a number, or the point of the first line at a time, if there is one.
func (t term) at(when int64) (float64, bool) {
	if t.lines == nil {
		return t.number, true
	}
	v, has := t.lines[0].points[when]
	return v, has
}

// each applies f to every point. CloudWatch gives no point for what is not a
// number, as after a division by zero.
func (t term) each(f func(float64) float64) term {
	if t.lines == nil {
		return term{number: f(t.number)}
	}
	out := term{lines: make([]line, len(t.lines))}
	for i, l := range t.lines {
		out.lines[i] = line{points: map[int64]float64{}, period: l.period, label: l.label}
		for at, v := range l.points {
			out.lines[i].set(at, f(v))
		}
	}
	return out
}

func (l line) set(at int64, v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		l.points[at] = v
	}
}

// both joins two lines at the times that both have.
func both(a, b line, f func(a, b float64) float64) line {
	out := line{points: map[int64]float64{}, period: max(a.period, b.period), label: a.label}
	for at, v := range a.points {
		if w, has := b.points[at]; has {
			out.set(at, f(v, w))
		}
	}
	return out
}

func functions() []string {
	return []string{"ABS", "AVG", "CEIL", "DIFF", "FILL", "FLOOR", "IF", "MAX", "METRICS", "MIN", "PERIOD", "RATE", "SUM"}
}

func (c call) evaluate(q *queries) (term, error) {
	arguments := make([]term, len(c.arguments))
	for i, a := range c.arguments {
		t, err := a.evaluate(q)
		if err != nil {
			return term{}, err
		}
		arguments[i] = t
	}
	wanted := map[string]int{"METRICS": 0, "IF": 3}
	if c.name == "FILL" && c.word == "" {
		wanted["FILL"] = 2
	}
	n, special := wanted[c.name]
	if !special {
		n = 1
	}
	if len(arguments) != n {
		return term{}, fmt.Errorf("%s takes %d arguments of its kind, not %d", c.name, n, len(arguments))
	}
	switch c.name {
	case "METRICS":
		return q.all(c.text)
	case "IF":
		return choose(arguments[0], arguments[1], arguments[2])
	case "FILL":
		return q.fill(c, arguments)
	case "ABS":
		return arguments[0].each(math.Abs), nil
	case "CEIL":
		return arguments[0].each(math.Ceil), nil
	case "FLOOR":
		return arguments[0].each(math.Floor), nil
	}
	if arguments[0].lines == nil {
		return term{}, fmt.Errorf("%s takes a time series", c.name)
	}
	switch c.name {
	case "PERIOD":
		return term{number: float64(arguments[0].lines[0].period)}, nil
	case "DIFF", "RATE":
		return changes(arguments[0], c.name == "RATE"), nil
	}
	return reduce(c.name, arguments[0].lines), nil
}

// all gives every metric of the call, or those whose id contains part.
func (q *queries) all(part string) (term, error) {
	var t term
	for _, id := range q.order {
		if strings.Contains(id, part) {
			lines, err := q.lines(id)
			if err != nil {
				return term{}, err
			}
			t.lines = append(t.lines, lines...)
		}
	}
	if len(t.lines) == 0 {
		return term{}, fmt.Errorf("METRICS finds no metric whose id contains %q", part)
	}
	return t, nil
}

// reduce makes one line of an array, and one number of a single line.
func reduce(name string, lines []line) term {
	of := func(values []float64) float64 {
		switch name {
		case "MIN":
			return slices.Min(values)
		case "MAX":
			return slices.Max(values)
		}
		var sum float64
		for _, v := range values {
			sum += v
		}
		if name == "AVG" {
			return sum / float64(len(values))
		}
		return sum
	}
	if len(lines) == 1 {
		if len(lines[0].points) == 0 {
			return term{}
		}
		return term{number: of(slices.Sorted(maps.Values(lines[0].points)))}
	}
	at := map[int64][]float64{}
	out := line{points: map[int64]float64{}}
	for _, l := range lines {
		out.period = max(out.period, l.period)
		for t, v := range l.points {
			at[t] = append(at[t], v)
		}
	}
	for t, values := range at {
		out.set(t, of(values))
	}
	return term{lines: []line{out}}
}

// changes is the difference of each point from the one before, by the second
// if rate.
func changes(t term, rate bool) term {
	out := term{lines: []line{}}
	for _, l := range t.lines {
		d := line{points: map[int64]float64{}, period: l.period, label: l.label}
		times := slices.Sorted(maps.Keys(l.points))
		for i := 1; i < len(times); i++ {
			v := l.points[times[i]] - l.points[times[i-1]]
			if rate {
				v /= float64(times[i] - times[i-1])
			}
			d.set(times[i], v)
		}
		out.lines = append(out.lines, d)
	}
	return out
}

func choose(condition, yes, no term) (term, error) {
	if condition.lines == nil {
		if condition.number != 0 {
			return yes, nil
		}
		return no, nil
	}
	if len(condition.lines) > 1 || len(yes.lines) > 1 || len(no.lines) > 1 {
		return term{}, fmt.Errorf("IF takes time series and numbers, not arrays")
	}
	l := condition.lines[0]
	out := line{points: map[int64]float64{}, period: l.period, label: l.label}
	for at, v := range l.points {
		of := no
		if v != 0 {
			of = yes
		}
		if w, has := of.at(at); has {
			out.set(at, w)
		}
	}
	return term{lines: []line{out}}, nil
}
