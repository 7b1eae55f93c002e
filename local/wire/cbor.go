package wire

import (
	"errors"
	"math"

	"github.com/aws/smithy-go/encoding/cbor"
)

// readCBOR makes a tree out of CBOR. The decoder bounds how deep it goes.
func readCBOR(body []byte) (any, error) {
	v, err := cbor.Decode(body)
	if err != nil {
		return nil, err
	}
	return fromCBOR(v)
}

func fromCBOR(v cbor.Value) (any, error) {
	switch v := v.(type) {
	case cbor.Map:
		values := make(map[string]any, len(v))
		for name, value := range v {
			inner, err := fromCBOR(value)
			if err != nil {
				return nil, err
			}
			values[name] = inner
		}
		return values, nil
	case cbor.List:
		list := make([]any, len(v))
		for i, value := range v {
			inner, err := fromCBOR(value)
			if err != nil {
				return nil, err
			}
			list[i] = inner
		}
		return list, nil
	case *cbor.Tag:
		return timeFromCBOR(v)
	case cbor.String:
		return string(v), nil
	case cbor.Slice:
		return []byte(v), nil
	case cbor.Bool:
		return bool(v), nil
	case cbor.Uint:
		if v > math.MaxInt64 {
			return float64(v), nil
		}
		return int64(v), nil
	case cbor.NegInt:
		if v > math.MaxInt64 || v == 0 {
			return -float64(v), nil
		}
		return -int64(v), nil
	case cbor.Float32:
		return float64(v), nil
	case cbor.Float64:
		return float64(v), nil
	}
	return nil, nil // null and undefined
}

// timeFromCBOR reads tag 1, the only one that AWS's protocol has a use for:
// seconds since 1970.
func timeFromCBOR(tag *cbor.Tag) (any, error) {
	inner, err := fromCBOR(tag.Value)
	if err != nil {
		return nil, err
	}
	seconds, ok := number(inner)
	if tag.ID != 1 || !ok {
		return nil, errors.New("a CBOR tag that is not a timestamp")
	}
	e, ok := instant(seconds)
	if !ok {
		return nil, errors.New("a timestamp outside of the years 0 to 9999")
	}
	return e, nil
}

// toCBOR makes CBOR's values out of a tree.
func toCBOR(tree any) cbor.Value {
	switch v := tree.(type) {
	case map[string]any:
		values := make(cbor.Map, len(v))
		for name, value := range v {
			values[name] = toCBOR(value)
		}
		return values
	case []any:
		list := make(cbor.List, len(v))
		for i, value := range v {
			list[i] = toCBOR(value)
		}
		return list
	case string:
		return cbor.String(v)
	case []byte:
		return cbor.Slice(v)
	case bool:
		return cbor.Bool(v)
	case float:
		return cbor.Float64(v)
	case epoch:
		return &cbor.Tag{ID: 1, Value: cbor.Float64(v.seconds())}
	case int64:
		if v < 0 {
			return cbor.NegInt(-v)
		}
		return cbor.Uint(v)
	}
	return &cbor.Nil{}
}
