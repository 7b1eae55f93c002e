package metrics

import (
	"cmp"
	"maps"
	"slices"
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
	seconds []*bucket // both in order of time
	minutes []*bucket
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
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(dims)) {
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(dims[name])
		b.WriteByte(0)
	}
	return b.String()
}

// Add counts value, which was seen count times at the time at. It may be called
// from any goroutine.
func (r *Series) Add(at time.Time, value, count float64) {
	if count > 0 {
		r.change(at, func(b *bucket) { b.add(value, count) })
	}
}

// change applies what to the second and to the minute that at falls into.
func (r *Series) change(at time.Time, what func(*bucket)) {
	second := at.Unix()
	r.mu.Lock()
	defer r.mu.Unlock()
	what(bucketAt(&r.seconds, second))
	what(bucketAt(&r.minutes, second-second%60))
	forget(&r.seconds, fineKept)
	forget(&r.minutes, coarseKept)
}

// bucketAt finds or makes the bucket that begins at a time; mostly it is the
// last one.
func bucketAt(all *[]*bucket, at int64) *bucket {
	i := len(*all)
	for i > 0 && (*all)[i-1].at > at {
		i--
	}
	if i > 0 && (*all)[i-1].at == at {
		return (*all)[i-1]
	}
	b := &bucket{at: at}
	*all = slices.Insert(*all, i, b)
	return b
}

// forget drops what is older than kept, counted from the newest.
func forget(all *[]*bucket, kept time.Duration) {
	oldest := (*all)[len(*all)-1].at - int64(kept/time.Second)
	n := 0
	for (*all)[n].at < oldest {
		n++
	}
	clear((*all)[:n])
	*all = (*all)[n:]
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

// between merges what the series saw in [start, end) into the buckets of a
// period, kept by their beginnings. All three are Unix seconds.
func (r *Series) between(start, end, period int64, into map[int64]*bucket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.minutes
	if period < 60 {
		kept = r.seconds
	}
	first, _ := slices.BinarySearchFunc(kept, start, func(b *bucket, at int64) int { return cmp.Compare(b.at, at) })
	for _, b := range kept[first:] {
		if b.at >= end {
			return
		}
		at := start + (b.at-start)/period*period
		if into[at] == nil {
			into[at] = &bucket{at: at}
		}
		into[at].merge(b)
	}
}
