package wire

import (
	"reflect"
	"slices"
	"strconv"
)

// check finds the required fields that an input lacks and the enum values that
// AWS does not know, in the order of the fields.
func check(v reflect.Value, s *shape) []*fieldError {
	var faults []*fieldError
	for i := range s.fields {
		f := &s.fields[i]
		value := v.Field(f.index)
		if f.required && value.IsZero() {
			faults = append(faults, &fieldError{path: f.wire, fault: missing})
			continue
		}
		if f.below == nil && f.enum == nil {
			continue
		}
		for _, e := range checkValue(value, f) {
			at(f.wire, e)
			faults = append(faults, e)
		}
	}
	return faults
}

// checkValue checks a field's value, or each of a list's or a map's.
func checkValue(v reflect.Value, f *field) []*fieldError {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkValue(v.Elem(), f)
	case reflect.Slice:
		var faults []*fieldError
		for i := range v.Len() {
			faults = append(faults, located(strconv.Itoa(i+1), f, checkValue(v.Index(i), f))...)
		}
		return faults
	case reflect.Map:
		var faults []*fieldError
		for key, value := range v.Seq2() {
			faults = append(faults, located(key.String(), f, checkValue(value, f))...)
		}
		return faults
	case reflect.Struct:
		return check(v, f.below)
	case reflect.String:
		if v.Len() > 0 && f.enum != nil && !slices.Contains(f.enum, v.String()) {
			return []*fieldError{{fault: unlisted, value: v.String(), enum: f.enum}}
		}
	}
	return nil
}

func located(step string, f *field, faults []*fieldError) []*fieldError {
	for _, e := range faults {
		at(step, e)
		if f.member != "" {
			// AWS says tags.1.member.key.
			e.path = step + "." + f.member + e.path[len(step):]
		}
	}
	return faults
}
