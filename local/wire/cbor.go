package wire

import (
	"encoding/binary"
	"errors"
	"math"
)

// The major types of CBOR (RFC 8949).
const (
	cborWhole = iota
	cborNegative
	cborBytes
	cborText
	cborList
	cborMap
	cborTag
	cborOther
)

const cborBreak = 0xff // ends what has no length

// cborReader reads items one after the other.
type cborReader struct{ rest []byte }

var (
	errShort = errors.New("the CBOR item ends too early")
	errDeep  = errors.New("the CBOR item is nested too deeply")
)

func (r *cborReader) item(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	major, n, endless, err := r.head()
	if err != nil {
		return nil, err
	}
	switch major {
	case cborWhole:
		if n > math.MaxInt64 {
			return float64(n), nil
		}
		return int64(n), nil
	case cborNegative:
		if n >= math.MaxInt64 {
			return -1 - float64(n), nil
		}
		return -1 - int64(n), nil
	case cborBytes:
		return r.text(major, n, endless)
	case cborText:
		text, err := r.text(major, n, endless)
		return string(text), err
	case cborList:
		return r.list(n, endless, depth)
	case cborMap:
		return r.entries(n, endless, depth)
	case cborTag:
		return r.tagged(n, depth)
	case cborFloat:
		return math.Float64frombits(n), nil
	}
	return other(n, endless)
}

// head reads an item's first bytes: its type with a number, or that its length
// is only seen at its end.
func (r *cborReader) head() (major byte, n uint64, endless bool, err error) {
	if len(r.rest) == 0 {
		return 0, 0, false, errShort
	}
	major, low := r.rest[0]>>5, r.rest[0]&31
	r.rest = r.rest[1:]
	switch {
	case low == 31 && (major >= cborBytes && major <= cborMap || major == cborOther):
		return major, 0, true, nil
	case low > 27:
		return 0, 0, false, errors.New("a CBOR item of no known length")
	case low < 24:
		return major, uint64(low), false, nil
	}
	width := 1 << (low - 24)
	if len(r.rest) < width {
		return 0, 0, false, errShort
	}
	var wide [8]byte
	copy(wide[8-width:], r.rest)
	r.rest = r.rest[width:]
	n = binary.BigEndian.Uint64(wide[:])
	if major != cborOther {
		return major, n, false, nil
	}
	value, err := floating(width, n)
	return cborFloat, math.Float64bits(value), false, err
}

// cborFloat is how head names a float, whose number is the bits of a float64.
const cborFloat = 0x80

// floating gives the value of a float of some width in bytes.
func floating(width int, bits uint64) (float64, error) {
	switch width {
	case 2:
		return half(uint16(bits)), nil
	case 4:
		return float64(math.Float32frombits(uint32(bits))), nil
	case 8:
		return math.Float64frombits(bits), nil
	}
	return 0, errors.New("a CBOR value that is not known")
}

func half(bits uint16) float64 {
	sign, exponent, fraction := 1.0, int(bits>>10&31), float64(bits&1023)
	if bits>>15 == 1 {
		sign = -1
	}
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1+fraction/1024, exponent-15)
}

// ends takes the break of what has no length, if that is next.
func (r *cborReader) ends() (bool, error) {
	if len(r.rest) == 0 {
		return false, errShort
	}
	if r.rest[0] != cborBreak {
		return false, nil
	}
	r.rest = r.rest[1:]
	return true, nil
}

// text reads bytes or characters; those without a length come in pieces.
func (r *cborReader) text(major byte, n uint64, endless bool) ([]byte, error) {
	if !endless {
		if n > uint64(len(r.rest)) {
			return nil, errShort
		}
		text := r.rest[:n]
		r.rest = r.rest[n:]
		return text, nil
	}
	text := []byte{}
	for {
		if end, err := r.ends(); end || err != nil {
			return text, err
		}
		inner, n, nested, err := r.head()
		if err == nil && (inner != major || nested) {
			err = errors.New("a CBOR string of other pieces than strings")
		}
		if err != nil {
			return nil, err
		}
		piece, err := r.text(major, n, false)
		if err != nil {
			return nil, err
		}
		text = append(text, piece...)
	}
}

// more tells whether a list or map goes on after so many.
func (r *cborReader) more(had int, n uint64, endless bool) (bool, error) {
	if !endless {
		return uint64(had) < n, nil
	}
	end, err := r.ends()
	return !end, err
}

func (r *cborReader) list(n uint64, endless bool, depth int) (any, error) {
	list := make([]any, 0, min(n, uint64(len(r.rest))))
	for {
		if more, err := r.more(len(list), n, endless); !more || err != nil {
			return list, err
		}
		value, err := r.item(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
}

func (r *cborReader) entries(n uint64, endless bool, depth int) (any, error) {
	values := make(map[string]any, min(n, uint64(len(r.rest))))
	for had := 0; ; had++ {
		if more, err := r.more(had, n, endless); !more || err != nil {
			return values, err
		}
		key, err := r.key()
		if err != nil {
			return nil, err
		}
		if values[string(key)], err = r.item(depth + 1); err != nil {
			return nil, err
		}
	}
}

func (r *cborReader) key() ([]byte, error) {
	major, n, endless, err := r.head()
	if err == nil && major != cborText {
		err = errors.New("a CBOR map with a key that is not a string")
	}
	if err != nil {
		return nil, err
	}
	return r.text(major, n, endless)
}

// tagged reads tag 1, the only one that AWS's protocol has a use for: seconds
// since 1970.
func (r *cborReader) tagged(tag uint64, depth int) (any, error) {
	inner, err := r.item(depth + 1)
	if err != nil {
		return nil, err
	}
	seconds, ok := number(inner)
	if _, text := inner.(string); tag != 1 || text || !ok {
		return nil, errors.New("a CBOR tag that is not a timestamp")
	}
	e, ok := instant(seconds)
	if !ok {
		return nil, errors.New("a timestamp outside of the years 0 to 9999")
	}
	return e, nil
}

// other reads what is neither number nor text: false, true, null and undefined.
func other(n uint64, endless bool) (any, error) {
	switch {
	case endless:
		return nil, errors.New("a CBOR break without a beginning")
	case n == 20, n == 21:
		return n == 21, nil
	case n == 22, n == 23:
		return nil, nil
	}
	return nil, errors.New("a CBOR value that is not known")
}
