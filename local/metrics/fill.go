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

// fillWith takes l's points, and those of with where l has none.
func (out line) fillWith(l line, with term, from, to int64) {
	for at := from; at < to; at += l.period {
		v, has := l.points[at]
		if !has {
			v, has = with.at(at)
		}
		if has {
			out.points[at] = v
		}
	}
}

// fillBetween takes l's points and fills what follows one: with the same again,
// or once there is a next, in a straight line to that.
func (out line) fillBetween(l line, straight bool, from, to int64) {
	before, begun := int64(0), false
	for at := from; at < to; at += l.period {
		v, has := l.points[at]
		switch {
		case has:
			out.points[at] = v
			if begun && straight {
				out.straighten(before, at)
			}
			before, begun = at, true
		case begun && !straight:
			out.points[at] = l.points[before]
		}
	}
}

// straighten fills the gap between two points.
func (out line) straighten(from, to int64) {
	step := (out.points[to] - out.points[from]) / float64(to-from)
	for at := from + out.period; at < to; at += out.period {
		out.points[at] = out.points[from] + step*float64(at-from)
	}
}
