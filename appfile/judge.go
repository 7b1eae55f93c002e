package appfile

import (
	"regexp"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"

	"gekko"
)

// ParseJudge reads a judge part that stands in a file of its own, or under the
// key judge of one that may hold more; name is what errors call the file.
func ParseJudge(name string, data []byte) (gekko.JudgePolicy, error) {
	r := &reader{problems: Problems{File: name}}
	var p gekko.JudgePolicy
	if n := r.document(data, "the file is empty; it is to hold gekko.yaml's judge part"); n != nil {
		if inner := under(n, "judge"); inner != nil {
			r.value(inner, "judge", func(n ast.Node) { r.judge(n, &p) })
		} else {
			r.judge(n, &p)
		}
	}
	if len(r.problems.List) > 0 {
		return gekko.JudgePolicy{}, r.problems.sorted()
	}
	return p, nil
}

// under is the value of a key if the mapping has it.
func under(n ast.Node, key string) ast.Node {
	if m, ok := n.(ast.MapNode); ok {
		for i := m.MapRange(); i.Next(); {
			if name, _ := plainText(i.Key()); name == key {
				return i.Value()
			}
		}
	}
	return nil
}

var atSoakEndForm = regexp.MustCompile("^(" + string(gekko.PromoteUnseen) + "|" + string(gekko.ExtendSoak) + "|" + string(gekko.HoldForPerson) + ")$")

func (r *reader) judge(n ast.Node, p *gekko.JudgePolicy) {
	var atEnd string
	r.mapping(n, "judge", keys{
		"period":      r.period(&p.Period),
		"settling":    r.whole(&p.Settling, 1, 60),
		"alpha":       r.between(&p.Alpha, 0, 1),
		"slow-path":   r.from(&p.SlowPath, 1, 100),
		"tolerance":   r.between(&p.Tolerance, 1, 100),
		"confidence":  r.between(&p.Confidence, .5, 1),
		"blocks":      r.whole(&p.Blocks, 4, 48),
		"budget":      r.between(&p.Budget, 0, 1),
		"warm-up":     r.unlessZero(&p.WarmUp, 2*time.Hour),
		"at-soak-end": r.matching(&atEnd, atSoakEndForm, "promote, extend or hold"),
		"least":       r.whole(&p.Least, 1, 1e9),
	})
	p.AtSoakEnd = gekko.AtSoakEnd(atEnd)
}

// period reads what CloudWatch has as the period of a metric.
func (r *reader) period(to *time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		var d time.Duration
		before := len(r.problems.List)
		r.duration(&d, time.Hour)(n)
		switch {
		case len(r.problems.List) > before:
		case d > 0 && d%time.Minute == 0, d == time.Second, d == 5*time.Second, d == 10*time.Second, d == 30*time.Second:
			*to = d
		default:
			s, _ := plainText(n)
			r.wrong(n, "%s is not a period: want 1s, 5s, 10s, 30s, or whole minutes", s)
		}
	}
}

// between reads a number above one bound and below another.
func (r *reader) between(to *float64, above, below float64) func(ast.Node) {
	return r.number(to, func(v float64) bool { return v > above && v < below },
		"above "+plain(above)+" and below "+plain(below))
}

// from reads a number within two bounds.
func (r *reader) from(to *float64, least, most float64) func(ast.Node) {
	return r.number(to, func(v float64) bool { return v >= least && v <= most },
		"from "+plain(least)+" to "+plain(most))
}

func plain(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (r *reader) number(to *float64, good func(float64) bool, want string) func(ast.Node) {
	return func(n ast.Node) {
		s, _ := plainText(n) // YAML takes 1e-4 for a text
		v, err := strconv.ParseFloat(s, 64)
		switch {
		case err != nil:
			r.wrong(n, "want a number, not %s", kindOf(n))
		case !good(v):
			r.wrong(n, "%s is not a number %s", s, want)
		default:
			*to = v
		}
	}
}
