package metrics

import (
	"math"
	"slices"
)

// histogram counts values in cells at most one per cent wide. The upper edges of
// the cells are decimal numbers of two digits (0.25, 0.5, 12), which belong to
// their cell: so how many were above half a second is exact, not nearly so.
type histogram []cell // ordered by index

type cell struct {
	index int32
	count float32
}

// Steps of the cells' edges within one decade: hundredths up to 2, fiftieths up
// to 5, twentieths up to 10.
const (
	cellsToTwo    = 100
	cellsToFive   = cellsToTwo + 150
	cellsOfDecade = cellsToFive + 100
	lowestDecade  = -120 // CloudWatch takes magnitudes from 1e-109 to 1e108
)

func (h *histogram) add(value, count float64) {
	h.addCell(cell{indexOf(value), float32(count)})
}

func (h *histogram) addCell(c cell) {
	i, found := slices.BinarySearchFunc(*h, c.index, func(c cell, index int32) int { return int(c.index - index) })
	if found {
		(*h)[i].count += c.count
		return
	}
	*h = slices.Insert(*h, i, c)
}

func (h *histogram) merge(other histogram) {
	for _, c := range other {
		h.addCell(c)
	}
}

// indexOf orders cells as their values: negative below zero below positive.
func indexOf(value float64) int32 {
	switch {
	case value == 0:
		return 0
	case value < 0:
		return -indexOf(-value)
	}
	decade := int(math.Floor(math.Log10(value)))
	m := value / math.Pow10(decade)
	// What floating point puts a hair above an edge belongs below it.
	const hair = 1e-9
	var n int
	switch {
	case m <= 1+hair:
		decade, n = decade-1, cellsOfDecade
	case m <= 2+hair:
		n = int(math.Ceil((m-1)*100 - hair))
	case m <= 5+hair:
		n = cellsToTwo + int(math.Ceil((m-2)*50-hair))
	default:
		n = cellsToFive + int(math.Ceil((m-5)*20-hair))
	}
	return int32(max(decade-lowestDecade, 0)*cellsOfDecade + n)
}

// edge is the bound of a cell that belongs to it: the one further from zero.
func (c cell) edge() float64 {
	switch {
	case c.index == 0:
		return 0
	case c.index < 0:
		return -edge(int(-c.index))
	}
	return edge(int(c.index))
}

// edge is the upper bound of the nth positive cell.
func edge(n int) float64 {
	decade, n := n/cellsOfDecade, n%cellsOfDecade
	var hundredths float64
	switch {
	case n <= cellsToTwo:
		hundredths = 100 + float64(n)
	case n <= cellsToFive:
		hundredths = 200 + float64(n-cellsToTwo)*2
	default:
		hundredths = 500 + float64(n-cellsToFive)*5
	}
	exponent := decade + lowestDecade - 2
	if exponent < 0 {
		return hundredths / math.Pow10(-exponent)
	}
	return hundredths * math.Pow10(exponent)
}
