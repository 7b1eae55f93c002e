package metrics

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
)

// How long CloudWatch keeps points of less than a minute, and of a minute.
const (
	fineKept   = 3 * time.Hour
	coarseKept = 15 * 24 * time.Hour
)

// key names a metric.
type key struct {
	namespace, name string
	dims            string // "Name=Value" in order of names, parted by zero bytes
}

// Series is one metric in one unit, prepared for adding to it often.
type Series struct {
	key  key
	unit string
	dims map[string]string

	mu      sync.Mutex
	seconds []bucket // both in order of time
	minutes []bucket
}

// Prepare gives the series of a metric, making it when it is new.
func (s *Store) Prepare(namespace, name, unit string, dims map[string]string) *Series {
	k := key{namespace, name, joinDims(dims)}
	s.mu.RLock()
	known := inUnit(s.series[k], unit)
	s.mu.RUnlock()
	if known != nil {
		return known
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := inUnit(s.series[k], unit); known != nil {
		return known
	}
	made := &Series{key: k, unit: unit, dims: maps.Clone(dims)}
	s.series[k] = append(s.series[k], made)
	return made
}

func inUnit(family []*Series, unit string) *Series {
	for _, r := range family {
		if r.unit == unit {
			return r
		}
	}
	return nil
}

func joinDims(dims map[string]string) string {
	var few [4]string
	names := few[:0]
	for name := range dims {
		names = append(names, name)
	}
	return join(names, func(name string) string { return dims[name] })
}

// join makes a key's dims; it sorts names.
func join(names []string, value func(name string) string) string {
	slices.Sort(names)
	var b strings.Builder
	b.Grow(64 * len(names))
	for _, name := range names {
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(value(name))
		b.WriteByte(0)
	}
	return b.String()
}

// Add counts value, which was seen count times at the time at. It may be called
// from any goroutine.
func (r *Series) Add(at time.Time, value, count float64) {
	if count <= 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	second, minute := r.at(at)
	second.add(value, count)
	minute.add(value, count)
}

// addSet counts a statistic set.
func (r *Series) addSet(at time.Time, count, sum, lowest, highest float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	second, minute := r.at(at)
	second.addSet(count, sum, lowest, highest)
	minute.addSet(count, sum, lowest, highest)
}

// at gives the second and the minute that a time falls into.
func (r *Series) at(at time.Time) (second, minute *bucket) {
	unix := at.Unix()
	forget(&r.seconds, unix, fineKept)
	forget(&r.minutes, unix, coarseKept)
	return bucketAt(&r.seconds, unix), bucketAt(&r.minutes, unix-unix%60)
}

// bucketAt finds or makes the bucket that begins at a time; mostly it is the
// last one.
func bucketAt(all *[]bucket, at int64) *bucket {
	i := len(*all)
	for i > 0 && (*all)[i-1].at > at {
		i--
	}
	if i > 0 && (*all)[i-1].at == at {
		return &(*all)[i-1]
	}
	*all = slices.Insert(*all, i, bucket{at: at})
	return &(*all)[i]
}

// forget drops what is older than kept, counted from a new point.
func forget(all *[]bucket, newest int64, kept time.Duration) {
	n := 0
	for n < len(*all) && (*all)[n].at < newest-int64(kept/time.Second) {
		n++
	}
	if n > 0 {
		clear((*all)[:n])
		*all = (*all)[n:]
	}
}

// newest is when the series last got a value; zero if it never did.
func (r *Series) newest() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seconds) == 0 {
		return time.Time{}
	}
	return time.Unix(r.seconds[len(r.seconds)-1].at, 0)
}

// kept gives what the series saw in [start, end), as fine as a period asks for.
// It is called with mu held.
func (r *Series) kept(start, end, period int64) []bucket {
	kept := r.minutes
	if period < 60 {
		kept = r.seconds
	}
	from := func(at int64) int { return sort.Search(len(kept), func(i int) bool { return kept[i].at >= at }) }
	first, last := from(start), from(end)
	return kept[first:max(first, last)]
}

// each shows the buckets of [start, end) if they are the periods themselves.
func (r *Series) each(start, end, period int64, show func(*bucket)) (whole bool) {
	if period != 60 && period != 1 {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.kept(start, end, period)
	for i := range kept {
		show(&kept[i])
	}
	return true
}

// between merges what the series saw in [start, end) into the buckets of a
// period, kept by their beginnings. All three are Unix seconds.
func (r *Series) between(start, end, period int64, into map[int64]*bucket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.kept(start, end, period)
	for i := range kept {
		b := &kept[i]
		at := start + (b.at-start)/period*period
		if into[at] == nil {
			into[at] = &bucket{at: at}
		}
		into[at].merge(b)
	}
}
