package wire

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"time"
)

// epoch is a time that JSON and CBOR write as seconds since 1970.
type epoch time.Time

// instant is the epoch of some seconds, to the millisecond as AWS keeps it.
// Seconds outside of what AWS's years 0 to 9999 need have none.
func instant(seconds float64) (epoch, bool) {
	const year0, year9999 = -62167219200, 253402300799
	if !(seconds >= year0 && seconds <= year9999) {
		return epoch{}, false
	}
	return epoch(time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()), true
}

func (e epoch) seconds() float64 {
	t := time.Time(e)
	return float64(t.Unix()) + float64(t.Nanosecond()/1e6)/1e3
}

func (e epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, e.seconds(), 'f', -1, 64), nil
}

// float is one whose odd values have names in JSON.
type float float64

func (r float) MarshalJSON() ([]byte, error) {
	f := float64(r)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte(`"` + formatFloat(f) + `"`), nil
	}
	return strconv.AppendFloat(nil, f, 'g', -1, 64), nil
}

func formatFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// decodeScalar reads the end of a tree into v.
func decodeScalar(v reflect.Value, tree any) error {
	switch v.Kind() {
	case reflect.String:
		if s, ok := words(tree); ok {
			v.SetString(s)
			return nil
		}
		return malformed(tree, "a string")
	case reflect.Bool:
		if b, ok := truth(tree); ok {
			v.SetBool(b)
			return nil
		}
		return malformed(tree, "a boolean")
	case reflect.Int32, reflect.Int64:
		if n, ok := whole(tree); ok && !v.OverflowInt(n) {
			v.SetInt(n)
			return nil
		}
		return malformed(tree, "an integer")
	case reflect.Float32, reflect.Float64:
		if f, ok := number(tree); ok {
			v.SetFloat(f)
			return nil
		}
		return malformed(tree, "a number")
	case reflect.Slice:
		if b, ok := bytesOf(tree); ok {
			v.SetBytes(b)
			return nil
		}
		return malformed(tree, "base64")
	}
	if t, ok := timeOf(tree); ok {
		v.Set(reflect.ValueOf(t))
		return nil
	}
	return malformed(tree, "a timestamp")
}

func words(tree any) (string, bool) {
	switch s := tree.(type) {
	case text:
		return string(s), true
	case string:
		return s, true
	}
	return "", false
}

func truth(tree any) (value, ok bool) {
	switch b := tree.(type) {
	case bool:
		return b, true
	case text:
		// Old clients write True and 1.
		value, err := strconv.ParseBool(string(b))
		return value, err == nil
	}
	return false, false
}

func number(tree any) (float64, bool) {
	switch n := tree.(type) {
	case float64:
		return n, true
	case int64:
		return float64(n), true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	case text, string:
		s, _ := words(n)
		f, err := strconv.ParseFloat(s, 64)
		return f, err == nil
	}
	return 0, false
}

func bytesOf(tree any) ([]byte, bool) {
	if b, ok := tree.([]byte); ok {
		return b, true
	}
	s, ok := words(tree)
	if !ok {
		return nil, false
	}
	b, err := base64.StdEncoding.DecodeString(s)
	return b, err == nil
}

func timeOf(tree any) (time.Time, bool) {
	switch t := tree.(type) {
	case epoch:
		return time.Time(t), true
	case json.Number:
		seconds, err := t.Float64()
		e, ok := instant(seconds)
		return time.Time(e), ok && err == nil
	case text, string:
		s, _ := words(t)
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
			if parsed, err := time.Parse(layout, s); err == nil {
				return parsed.UTC(), true
			}
		}
	}
	return time.Time{}, false
}
