package metrics

import "fmt"

// fill gives a point to every period of the call that has none: a number,
// another line's point, the point before (REPEAT), or one on the way from the
// point before to the point after (LINEAR).
func (q *queries) fill(c call, arguments []term) (term, error) {
	if arguments[0].lines == nil {
		return term{}, fmt.Errorf("FILL takes a time series")
	}
	out := term{lines: make([]line, len(arguments[0].lines))}
	for i, l := range arguments[0].lines {
		from, to := roundedRange(q.start, q.end, l.period)
		if periods := (to - from) / l.period; periods > pointsOfCall {
			return term{}, fmt.Errorf("FILL would give %d points, more than the limit of %d", periods, pointsOfCall)
		}
		filled := line{points: map[int64]float64{}, period: l.period, label: l.label}
		if c.word == "" {
			filled.fillWith(l, arguments[1], from, to)
		} else {
			filled.fillBetween(l, c.word == "LINEAR", from, to)
		}
		out.lines[i] = filled
	}
	return out, nil
}

// fillWith takes sparse's points, and those of with where it has none.
func (l line) fillWith(sparse line, with term, from, to int64) {
	for at := from; at < to; at += sparse.period {
		v, has := sparse.points[at]
		if !has {
			v, has = with.at(at)
		}
		if has {
			l.points[at] = v
		}
	}
}

// fillBetween takes sparse's points and fills what follows one: with the same again,
// or once there is a next, in a straight line to that.
func (l line) fillBetween(sparse line, straight bool, from, to int64) {
	before, begun := int64(0), false
	for at := from; at < to; at += sparse.period {
		v, has := sparse.points[at]
		switch {
		case has:
			l.points[at] = v
			if begun && straight {
				l.straighten(before, at)
			}
			before, begun = at, true
		case begun && !straight:
			l.points[at] = sparse.points[before]
		}
	}
}

// straighten fills the gap between two points.
func (l line) straighten(from, to int64) {
	step := (l.points[to] - l.points[from]) / float64(to-from)
	for at := from + l.period; at < to; at += l.period {
		l.points[at] = l.points[from] + step*float64(at-from)
	}
}
