package wire

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// errUnion is why an answer cannot be written: the SDK's few unions have no
// names that its types tell.
var errUnion = errors.New("unions are not spoken here")

// treeOf makes the tree of a struct that JSON writes: the same as decode
// reads, with float and epoch at its ends.
func treeOf(v reflect.Value, s *shape) (map[string]any, error) {
	values := map[string]any{}
	for i := range s.fields {
		f := &s.fields[i]
		value, err := branch(v.Field(f.index), f)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", s.name, f.name, err)
		}
		if value != nil {
			values[f.wire] = value
		}
	}
	return values, nil
}

// branch is nil if v is not set.
func branch(v reflect.Value, f *field) (any, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		if v.Elem().Kind() == reflect.String {
			return v.Elem().String(), nil
		}
		return branch(v.Elem(), f)
	case reflect.Struct:
		if v.Type() == timeType {
			return epoch(v.Interface().(time.Time)), nil
		}
		return treeOf(v, f.below)
	case reflect.Slice:
		if v.IsNil() && !f.always {
			return nil, nil
		}
		if blob(v.Type()) {
			return v.Bytes(), nil
		}
		return treeList(v, f)
	case reflect.Map:
		if v.IsNil() {
			return nil, nil
		}
		return treeMap(v, f)
	case reflect.Interface:
		if v.IsNil() {
			return nil, nil
		}
		return nil, errUnion
	case reflect.String:
		if v.Len() == 0 {
			return nil, nil // an enum that was not set
		}
		return v.String(), nil
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Float32:
		short, err := strconv.ParseFloat(strconv.FormatFloat(v.Float(), 'g', -1, 32), 64)
		return float(short), err // what it is meant to be, not what is left of it in 32 bits
	case reflect.Float64:
		return float(v.Float()), nil
	}
	return v.Int(), nil
}

func treeList(v reflect.Value, f *field) (any, error) {
	list := make([]any, v.Len())
	for i := range list {
		value, err := branch(v.Index(i), f)
		if err != nil {
			return nil, err
		}
		if list[i] = value; value == nil && v.Index(i).Kind() == reflect.String {
			list[i] = ""
		}
	}
	return list, nil
}

func treeMap(v reflect.Value, f *field) (any, error) {
	values := map[string]any{}
	for _, key := range mapKeys(v) {
		value, err := branch(v.MapIndex(key), f)
		if err != nil {
			return nil, err
		}
		if values[key.String()] = value; value == nil && v.MapIndex(key).Kind() == reflect.String {
			values[key.String()] = ""
		}
	}
	return values, nil
}

func mapKeys(v reflect.Value) []reflect.Value {
	return slices.SortedFunc(v.Seq(), func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
}
