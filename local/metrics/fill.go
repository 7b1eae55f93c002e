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
		filled := line{points: map[int64]float64{}, period: l.period, label: l.label}
		for at := from; at < to; at += l.period {
			if v, has := l.points[at]; has {
				filled.points[at] = v
				continue
			}
			if v, has := filler(c.word, arguments, l, from, at, to); has {
				filled.points[at] = v
			}
		}
		out.lines[i] = filled
	}
	return out, nil
}

func filler(word string, arguments []term, l line, from, at, to int64) (float64, bool) {
	if word == "" {
		with := arguments[1]
		if with.lines == nil {
			return with.number, true
		}
		v, has := with.lines[0].points[at]
		return v, has
	}
	before, hasBefore := nearest(l, at, from-l.period, -l.period)
	if word == "REPEAT" || !hasBefore {
		return l.points[before], hasBefore && word == "REPEAT"
	}
	after, hasAfter := nearest(l, at, to, l.period)
	if !hasAfter {
		return 0, false
	}
	part := float64(at-before) / float64(after-before)
	return l.points[before] + part*(l.points[after]-l.points[before]), true
}

// nearest looks from at, step by step, for a time with a point, short of end.
func nearest(l line, at, end, step int64) (int64, bool) {
	for ; at != end; at += step {
		if _, has := l.points[at]; has {
			return at, true
		}
		if step > 0 && at > end {
			break
		}
	}
	return 0, false
}
