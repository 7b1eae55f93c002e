package judge

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gekko"
)

// Columns of a recording. The first six must be there; refused and lost say
// that they were measured too.
var (
	needed   = []string{"minute", "side", "zone", "requests", "errors", "slow"}
	optional = []string{"refused", "lost", "hosts", aloneSince}
)

// aloneSince is the column of the period from which on the old side took no
// requests any more; in every row from then on, empty before.
const aloneSince = "alone"

// largest is a number of requests beyond which sums would lose single ones.
const largest = 1e15

// longest is how many periods a recording may span: two years of minutes.
const longest = 1 << 20

// ReadRecording reads a table of what two sides were counted to do, a row a
// period, side and zone, under a heading. It gives every period from 0 to the
// last one, also those without a row, and the metrics that the table is about.
// Rows may come in any order. What is wrong is ErrInvalid with its line.
func ReadRecording(r io.Reader, period time.Duration) ([]gekko.Minute, []string, error) {
	t := table{in: csv.NewReader(r), rows: map[rowKey]int{}, alone: longest}
	t.in.TrimLeadingSpace = true
	t.in.ReuseRecord = true
	if err := t.head(); err != nil {
		return nil, nil, err
	}
	minutes := map[int]*gekko.Minute{}
	for {
		key, sample, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		m := minutes[key.minute]
		if m == nil {
			m = &gekko.Minute{}
			minutes[key.minute] = m
		}
		if key.side == "old" {
			m.Old = append(m.Old, sample)
		} else {
			m.New = append(m.New, sample)
		}
	}
	if len(minutes) == 0 {
		return nil, nil, fmt.Errorf("%w: there are no rows", gekko.ErrInvalid)
	}
	all := make([]gekko.Minute, slices.Max(slices.Collect(maps.Keys(minutes)))+1)
	for i := range all {
		if m := minutes[i]; m != nil {
			all[i] = *m
			slices.SortFunc(all[i].Old, byZone)
			slices.SortFunc(all[i].New, byZone)
		}
		all[i].At = time.Unix(0, 0).UTC().Add(time.Duration(i) * period)
		all[i].Alone = i >= t.alone
	}
	return all, t.metrics(), nil
}

func byZone(a, b gekko.Sample) int { return strings.Compare(a.Zone, b.Zone) }

// table is a recording that is being read.
type table struct {
	in     *csv.Reader
	column map[string]int
	rows   map[rowKey]int // the line that each stands in
	alone  int            // the period from which on the new side is alone; longest: it never is
}

type rowKey struct {
	minute     int
	side, zone string
}

func (t *table) head() error {
	names, err := t.in.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: it is empty; want the heading %s", gekko.ErrInvalid, strings.Join(needed, ","))
	}
	if err != nil {
		return t.syntax(err)
	}
	t.column = map[string]int{}
	for i, name := range names {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if !slices.Contains(needed, name) && !slices.Contains(optional, name) {
			return t.wrong(i, "unknown column %q; want %s, and maybe %s", name,
				strings.Join(needed, ","), strings.Join(optional, ","))
		}
		if _, twice := t.column[name]; twice {
			return t.wrong(i, "column %s stands there twice", name)
		}
		t.column[name] = i
	}
	for _, name := range needed {
		if _, ok := t.column[name]; !ok {
			return t.wrong(0, "column %s is missing; want %s", name, strings.Join(needed, ","))
		}
	}
	return nil
}

// metrics are those that the columns tell of.
func (t *table) metrics() []string {
	names := []string{Errors, Slow}
	for _, name := range []string{Refused, Lost} {
		if _, ok := t.column[name]; ok {
			names = append(names, name)
		}
	}
	return names
}

// next reads a row.
func (t *table) next() (rowKey, gekko.Sample, error) {
	cells, err := t.in.Read()
	if err != nil {
		return rowKey{}, gekko.Sample{}, t.syntax(err)
	}
	text := func(name string) string { return strings.TrimSpace(cells[t.column[name]]) }
	key := rowKey{side: text("side"), zone: text("zone")}
	minute := text("minute")
	key.minute, err = strconv.Atoi(minute)
	switch {
	case err != nil || key.minute < 0 || key.minute >= longest:
		return key, gekko.Sample{}, t.wrong(t.column["minute"], "minute %q is not a whole number from 0 to %d", minute, longest-1)
	case key.side != "old" && key.side != "new":
		return key, gekko.Sample{}, t.wrong(t.column["side"], "side %q is neither old nor new", key.side)
	case strings.ContainsFunc(key.zone, unicode.IsControl):
		return key, gekko.Sample{}, t.wrong(t.column["zone"], "zone %q has a line break or another control character", key.zone)
	}
	line, _ := t.in.FieldPos(0)
	if before, twice := t.rows[key]; twice {
		return key, gekko.Sample{}, t.wrong(0, "minute %d, side %s, zone %q was in line %d already", key.minute, key.side, key.zone, before)
	}
	t.rows[key] = line
	s := gekko.Sample{Zone: key.zone}
	if err := t.counts(&s, text); err != nil {
		return key, s, err
	}
	if at, ok := t.column[aloneSince]; ok && text(aloneSince) != "" {
		return key, s, t.since(at, text(aloneSince))
	}
	return key, s, nil
}

// since reads from when on the new side is alone.
func (t *table) since(at int, text string) error {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 0 || n >= longest:
		return t.wrong(at, "%s %q is not a whole number from 0 to %d", aloneSince, text, longest-1)
	case t.alone != longest && t.alone != n:
		return t.wrong(at, "%s is %d, and %d in a row before", aloneSince, n, t.alone)
	}
	t.alone = n
	return nil
}

// counts reads the numbers of a row.
func (t *table) counts(s *gekko.Sample, text func(string) string) error {
	for _, n := range []struct {
		name string
		to   *float64
		part bool // of the requests
	}{
		{"requests", &s.Requests, false},
		{"errors", &s.Errors, true},
		{"slow", &s.Slow, true},
		{"refused", &s.Refused, false},
		{"lost", &s.Lost, false},
		{"hosts", &s.Hosts, false},
	} {
		at, ok := t.column[n.name]
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(text(n.name), 64)
		switch {
		case err != nil || !decimal(text(n.name)) || v < 0:
			return t.wrong(at, "%s %q is not a number from 0", n.name, text(n.name))
		case v > largest:
			return t.wrong(at, "%s %s is above %g", n.name, text(n.name), largest)
		case n.part && v > s.Requests:
			return t.wrong(at, "%s %v are more than the requests, %v", n.name, v, s.Requests)
		}
		*n.to = v
	}
	return nil
}

// decimal says whether a number is written as spreadsheets do: not in other bases,
// with gaps, or as a word.
func decimal(text string) bool { return strings.Trim(text, "0123456789.eE+-") == "" }

func (t *table) wrong(field int, format string, args ...any) error {
	line, column := t.in.FieldPos(field)
	return fmt.Errorf("%w: line %d, column %d: %s", gekko.ErrInvalid, line, column, fmt.Sprintf(format, args...))
}

// syntax is what the reader of CSV says.
func (t *table) syntax(err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("%w: line %d, column %d: %w", gekko.ErrInvalid, e.Line, e.Column, e.Err)
	}
	return err
}

// Heading is the first line of a recording that Rows follow.
func Heading() string { return strings.Join(slices.Concat(needed, optional), ",") + "\n" }

// Rows are a period's lines of a recording; number is which one it is, from 0, and
// alone the first one of those that are.
func Rows(number int, m gekko.Minute, alone int) string {
	since := ""
	if m.Alone {
		since = strconv.Itoa(alone)
	}
	var b strings.Builder
	out := csv.NewWriter(&b)
	for i, side := range [][]gekko.Sample{m.Old, m.New} {
		for _, s := range side {
			cells := []string{strconv.Itoa(number), []string{"old", "new"}[i], s.Zone}
			for _, v := range []float64{s.Requests, min(s.Errors, s.Requests), min(s.Slow, s.Requests), s.Refused, s.Lost, s.Hosts} {
				cells = append(cells, strconv.FormatFloat(v, 'f', -1, 64))
			}
			out.Write(append(cells, since))
		}
	}
	out.Flush()
	return b.String()
}

// Replay judges periods one after the other as a release would have, up to the
// one at which harm stops it, or the end of the soak.
func Replay(p gekko.JudgePolicy, minutes []gekko.Minute, metrics ...string) Judgement {
	e := New(p, metrics...)
	for _, m := range minutes {
		e.Add(m)
	}
	return e.Judge(true)
}
