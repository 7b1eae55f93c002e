package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"time"
)

// cborWriter writes values as AWS's RPC answers them in CBOR: what treeOf makes
// a tree of, without making one.
type cborWriter struct{ out []byte }

func (w *cborWriter) head(major byte, n uint64) {
	switch {
	case n < 24:
		w.out = append(w.out, major<<5|byte(n))
	case n <= math.MaxUint8:
		w.out = append(w.out, major<<5|24, byte(n))
	case n <= math.MaxUint16:
		w.out = binary.BigEndian.AppendUint16(append(w.out, major<<5|25), uint16(n))
	case n <= math.MaxUint32:
		w.out = binary.BigEndian.AppendUint32(append(w.out, major<<5|26), uint32(n))
	default:
		w.out = binary.BigEndian.AppendUint64(append(w.out, major<<5|27), n)
	}
}

func (w *cborWriter) text(s string) {
	w.head(cborText, uint64(len(s)))
	w.out = append(w.out, s...)
}

func (w *cborWriter) whole(n int64) {
	if n < 0 {
		w.head(cborNegative, uint64(-1-n))
		return
	}
	w.head(cborWhole, uint64(n))
}

func (w *cborWriter) float(f float64) {
	w.out = binary.BigEndian.AppendUint64(append(w.out, cborOther<<5|27), math.Float64bits(f))
}

// structure writes the fields that are set.
func (w *cborWriter) structure(v reflect.Value, s *shape) error {
	set := 0
	for i := range s.fields {
		if f := &s.fields[i]; stands(v.Field(f.index), f) {
			set++
		}
	}
	w.head(cborMap, uint64(set))
	for i := range s.fields {
		f := &s.fields[i]
		value := v.Field(f.index)
		if !stands(value, f) {
			continue
		}
		w.text(f.wire)
		if err := w.value(value, f); err != nil {
			return fmt.Errorf("%s.%s: %w", s.name, f.name, err)
		}
	}
	return nil
}

// stands tells whether a field is in an answer at all.
func stands(v reflect.Value, f *field) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Interface:
		return !v.IsNil()
	case reflect.Slice:
		return !v.IsNil() || f.always
	case reflect.String:
		return v.Len() > 0 // else an enum that was not set
	}
	return true
}

func (w *cborWriter) value(v reflect.Value, f *field) error {
	switch v.Kind() {
	case reflect.Pointer:
		return w.value(v.Elem(), f)
	case reflect.Interface:
		return errUnion
	case reflect.Struct:
		if v.Type() != timeType {
			return w.structure(v, f.below)
		}
		w.head(cborTag, 1)
		w.float(epoch(v.Interface().(time.Time)).seconds())
	case reflect.Slice:
		if !blob(v.Type()) {
			return w.list(v, f)
		}
		w.head(cborBytes, uint64(v.Len()))
		w.out = append(w.out, v.Bytes()...)
	case reflect.Map:
		return w.entries(v, f)
	case reflect.String:
		w.text(v.String())
	case reflect.Bool:
		if v.Bool() {
			w.head(cborOther, 21)
		} else {
			w.head(cborOther, 20)
		}
	case reflect.Float32, reflect.Float64:
		w.float(v.Float())
	default:
		w.whole(v.Int())
	}
	return nil
}

func (w *cborWriter) list(v reflect.Value, f *field) error {
	w.head(cborList, uint64(v.Len()))
	for i := range v.Len() {
		if err := w.value(v.Index(i), f); err != nil {
			return err
		}
	}
	return nil
}

func (w *cborWriter) entries(v reflect.Value, f *field) error {
	w.head(cborMap, uint64(v.Len()))
	for _, key := range mapKeys(v) {
		w.text(key.String())
		if err := w.value(v.MapIndex(key), f); err != nil {
			return err
		}
	}
	return nil
}
