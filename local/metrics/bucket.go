package metrics

// bucket sums up what was seen of a metric during one second or minute.
type bucket struct {
	at                   int64 // Unix seconds of its beginning
	count, sum, min, max float64
	values               histogram
	summed               bool // part of it came as a statistic set, whose values are unknown
}

func (b *bucket) add(value, count float64) {
	b.include(count, value*count, value, value)
	b.values.add(value, count)
}

// addSet takes in a statistic set. CloudWatch knows its values, and so gives
// percentiles, only if all of them are equal.
func (b *bucket) addSet(count, sum, lowest, highest float64) {
	b.include(count, sum, lowest, highest)
	if lowest == highest {
		b.values.add(lowest, count)
		return
	}
	b.summed = true
}

func (b *bucket) merge(other *bucket) {
	b.include(other.count, other.sum, other.min, other.max)
	b.values.merge(other.values)
	b.summed = b.summed || other.summed
}

func (b *bucket) include(count, sum, lowest, highest float64) {
	if b.count == 0 {
		b.min, b.max = lowest, highest
	}
	b.count += count
	b.sum += sum
	b.min = min(b.min, lowest)
	b.max = max(b.max, highest)
}
