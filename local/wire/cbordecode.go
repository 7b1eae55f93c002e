package wire

import (
	"errors"
	"reflect"
	"strconv"
)

// decodeCBOR reads a body of one item into v: what decode makes of its tree,
// without making one of its structures and lists.
func decodeCBOR(body []byte, v reflect.Value, s *shape) error {
	r := cborReader{rest: body}
	_, err := r.into(v, nil, s, 0)
	if err == nil && len(r.rest) > 0 {
		err = errors.New("there is more than one CBOR item")
	}
	return err
}

// into reads the next item into v, and tells whether it held anything.
func (r *cborReader) into(v reflect.Value, f *field, s *shape, depth int) (bool, error) {
	if depth > maxDepth {
		return false, errDeep
	}
	if r.null() {
		return false, nil
	}
	switch t := v.Type(); {
	case t.Kind() == reflect.Pointer:
		target := reflect.New(t.Elem())
		held, err := r.into(target.Elem(), f, s, depth)
		if held && err == nil {
			v.Set(target)
		}
		return held, err
	case t.Kind() == reflect.Struct && r.next(cborMap):
		return true, r.structure(v, s, depth)
	case t.Kind() == reflect.Slice && r.next(cborList):
		return true, r.elements(v, f, s, depth)
	case t.Kind() == reflect.String && r.next(cborText):
		text, err := r.key()
		v.SetString(string(text))
		return true, err
	}
	tree, err := r.item(depth)
	if err != nil {
		return false, err
	}
	return decode(v, f, s, tree)
}

func (r *cborReader) structure(v reflect.Value, s *shape, depth int) error {
	_, n, endless, err := r.head()
	if err != nil {
		return err
	}
	for had := 0; ; had++ {
		if more, err := r.more(had, n, endless); !more || err != nil {
			return err
		}
		name, err := r.key()
		if err != nil {
			return err
		}
		f := s.byWire[string(name)]
		if f == nil {
			return at(string(name), &fieldError{fault: unknown})
		}
		if _, err := r.into(v.Field(f.index), f, f.below, depth+1); err != nil {
			return at(string(name), err)
		}
	}
}

// elements reads a list. Its length is only believed once the elements are there.
func (r *cborReader) elements(v reflect.Value, f *field, s *shape, depth int) error {
	_, n, endless, err := r.head()
	if err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, int(min(n, 64))))
	for had := 0; ; had++ {
		if more, err := r.more(had, n, endless); !more || err != nil {
			return err
		}
		last := v.Len()
		v.Grow(1)
		v.SetLen(last + 1)
		held, err := r.into(v.Index(last), f, s, depth+1)
		if err != nil {
			return at(strconv.Itoa(had+1), err)
		}
		if !held {
			v.SetLen(last)
		}
	}
}

// next tells whether the next item is of a major type.
func (r *cborReader) next(major byte) bool { return len(r.rest) > 0 && r.rest[0]>>5 == major }

// null takes the next item if it stands for nothing: null or undefined.
func (r *cborReader) null() bool {
	const null, undefined = cborOther<<5 | 22, cborOther<<5 | 23
	if len(r.rest) == 0 || r.rest[0] != null && r.rest[0] != undefined {
		return false
	}
	r.rest = r.rest[1:]
	return true
}
