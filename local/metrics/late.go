package metrics

import (
	"math"
	"time"
)

// lateness says what callers see of the newest periods. Its zero value shows
// all there is.
type lateness struct {
	seen, whole int64   // Unix seconds: what ended later is not seen, or only in part
	part        float64 // that is missing
}

func (s *Store) lateness() lateness {
	by, part := s.late()
	if by == 0 {
		return lateness{}
	}
	now := time.Now()
	return lateness{now.Add(-by).Unix(), now.Add(-2 * by).Unix(), part}
}

// shown is a bucket of a period as it is seen now; false: not at all.
func (l lateness) shown(b *bucket, period int64) (*bucket, bool) {
	end := b.at + period
	switch {
	case l.seen == 0 || end <= l.whole || l.part == 0 && end <= l.seen:
		return b, true
	case end > l.seen:
		return nil, false
	}
	part := *b
	part.sum *= 1 - l.part
	if b.sum == math.Trunc(b.sum) {
		part.sum = math.Floor(part.sum)
	}
	part.count = math.Ceil(part.count * (1 - l.part))
	part.values = nil
	for _, c := range b.values {
		part.values = append(part.values, cell{c.index, float32(math.Ceil(float64(c.count) * (1 - l.part)))})
	}
	return &part, true
}
