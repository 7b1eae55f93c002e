package wire

import (
	"fmt"
	"reflect"
	"strings"
)

// Fields says which fields of its input an operation knows, by Go path
// ("LaunchTemplateData.BlockDeviceMappings.Ebs.VolumeSize"), separated by
// blanks. A path stands for all below it, a longer one wins over a shorter one,
// and lists add nothing to a path. What is set (neither zero nor empty) and not
// named is refused as UnsupportedOperation; EC2's DryRun is always known.
type Fields struct {
	Reads   string // understood and acted on
	Accepts string // accepted without effect here; logged once
}

// Under puts each of the fields below a path.
func Under(path, fields string) string {
	return path + "." + strings.Join(strings.Fields(fields), " "+path+".")
}

// stance is what an operation does with a field that is set.
type stance int

const (
	refuses stance = iota
	accepts
	reads
)

// policy is the stance to each field of a struct that is not simply read.
type policy struct{ fields []policyField }

type policyField struct {
	*field
	stance stance
	below  *policy // the field's own fields, where they differ
}

// stances is a tree of the paths that Fields name.
type stances struct {
	stance stance
	named  bool
	below  map[string]*stances
}

func newPolicy(operation string, s *shape, in reflect.Type, f Fields) *policy {
	root := &stances{}
	for path := range strings.FieldsSeq(f.Reads) {
		root.set(operation, path, reads)
	}
	for path := range strings.FieldsSeq(f.Accepts) {
		root.set(operation, path, accepts)
	}
	if _, has := s.byWire["DryRun"]; has {
		root.set(operation, "DryRun", reads)
	}
	return root.policy(operation+"Input", s, refuses)
}

func (t *stances) set(operation, path string, s stance) {
	for step := range strings.SplitSeq(path, ".") {
		if t.below == nil {
			t.below = map[string]*stances{}
		}
		if t.below[step] == nil {
			t.below[step] = &stances{}
		}
		t = t.below[step]
	}
	if t.named && t.stance != s {
		panic(fmt.Sprintf("wire: %s both reads and accepts %s", operation, path))
	}
	t.stance, t.named = s, true
}

// policy makes a struct's policy; what no path names has the stance otherwise.
func (t *stances) policy(path string, s *shape, otherwise stance) *policy {
	p := &policy{}
	left := len(t.below)
	for i := range s.fields {
		f := policyField{field: &s.fields[i], stance: otherwise}
		if named := t.below[f.name]; named != nil {
			left--
			if named.named {
				f.stance = named.stance
			}
			if len(named.below) > 0 {
				f.below = named.policyBelow(path+"."+f.name, f)
			}
		}
		if f.stance != reads || f.below != nil {
			p.fields = append(p.fields, f)
		}
	}
	if left > 0 {
		panic(fmt.Sprintf("wire: the paths below %s name fields that it does not have: %s", path, t.strangers(s)))
	}
	return p
}

func (t *stances) policyBelow(path string, f policyField) *policy {
	if f.field.below == nil {
		panic(fmt.Sprintf("wire: %s has no fields of its own", path))
	}
	return t.policy(path, f.field.below, f.stance)
}

// strangers are the names that no field bears.
func (t *stances) strangers(s *shape) string {
	var names []string
	for name := range t.below {
		known := false
		for _, f := range s.fields {
			known = known || f.name == name
		}
		if !known {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// apply calls found for each field of v that is set and not read, by the path
// of its wire names, until found is false.
func (p *policy) apply(v reflect.Value, path string, found func(stance, string) bool) bool {
	for _, f := range p.fields {
		value, name := v.Field(f.index), path+f.wire
		if !isSet(value) {
			continue
		}
		if f.below != nil {
			if !f.applyEach(value, name, found) {
				return false
			}
		} else if !found(f.stance, deepest(value, f.field, name)) {
			return false
		}
	}
	return true
}

func (f policyField) applyEach(v reflect.Value, name string, found func(stance, string) bool) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil() || f.applyEach(v.Elem(), name, found)
	case reflect.Slice:
		for i := range v.Len() {
			if !f.applyEach(v.Index(i), name, found) {
				return false
			}
		}
		return true
	case reflect.Map:
		for _, value := range v.Seq2() {
			if !f.applyEach(value, name, found) {
				return false
			}
		}
		return true
	}
	return f.below.apply(v, name+".", found)
}

// deepest follows the first field that is set, so that a refusal names what a
// caller wrote and not only the structure around it.
func deepest(v reflect.Value, f *field, name string) string {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || f.below == nil {
		return name
	}
	for i := range f.below.fields {
		inner := &f.below.fields[i]
		if value := v.Field(inner.index); isSet(value) {
			return deepest(value, inner, name+"."+inner.wire)
		}
	}
	return name
}

// isSet tells whether a value says anything: zero, empty and a list or structure
// of nothing but such do not.
func isSet(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && isSet(v.Elem())
	case reflect.Slice:
		if blob(v.Type()) {
			return v.Len() > 0
		}
		for i := range v.Len() {
			if isSet(v.Index(i)) {
				return true
			}
		}
		return false
	case reflect.Map:
		return v.Len() > 0
	case reflect.Struct:
		if v.Type() == timeType {
			return !v.IsZero()
		}
		for _, value := range v.Fields() {
			if isSet(value) {
				return true
			}
		}
		return false
	}
	return !v.IsZero()
}
