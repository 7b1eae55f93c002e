package wire

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
)

// text is a value of a form, read as whatever its field holds. A form is a tree
// of map[string]any with text at its ends; JSON and CBOR are read into the same
// tree with typed ends: string, bool, int64, float64, json.Number, []byte and
// epoch.
type text string

// decode reads a tree into v, which can be set, and tells whether it held
// anything. f describes v; it is nil for the input itself.
func decode(v reflect.Value, f *field, s *shape, tree any) (bool, error) {
	if tree == nil || tree == text("") && (f == nil || !f.keepEmpty) {
		return false, nil
	}
	switch t := v.Type(); t.Kind() {
	case reflect.Pointer:
		return decodePointer(v, f, s, tree)
	case reflect.Slice:
		if !blob(t) {
			return decodeList(v, f, s, tree)
		}
	case reflect.Map:
		return decodeMap(v, f, s, tree)
	case reflect.Struct:
		if t != timeType {
			return decodeStruct(v, s, tree)
		}
	case reflect.Interface:
		return false, &fieldError{fault: unspoken}
	}
	return true, decodeScalar(v, tree)
}

// decodePointer leaves a pointer nil if there is nothing for it to point at.
func decodePointer(v reflect.Value, f *field, s *shape, tree any) (bool, error) {
	target := reflect.New(v.Type().Elem())
	held, err := decode(target.Elem(), f, s, tree)
	if held && err == nil {
		v.Set(target)
	}
	return held, err
}

func decodeStruct(v reflect.Value, s *shape, tree any) (bool, error) {
	values, ok := tree.(map[string]any)
	if !ok {
		return false, malformed(tree, "a structure")
	}
	held := !fromForm(values)
	for _, name := range sortedKeys(values) {
		f := s.byWire[name]
		if f == nil {
			return false, at(name, &fieldError{fault: unknown})
		}
		h, err := decode(v.Field(f.index), f, f.below, values[name])
		if err != nil {
			return false, at(name, err)
		}
		held = held || h
	}
	return held, nil
}

func decodeList(v reflect.Value, f *field, s *shape, tree any) (bool, error) {
	elements, names, err := elementsOf(tree, f)
	if err != nil {
		return false, err
	}
	list := reflect.MakeSlice(v.Type(), 0, len(elements))
	for i, e := range elements {
		element := reflect.New(v.Type().Elem()).Elem()
		held, err := decode(element, f, s, e)
		if err != nil {
			return false, at(names[i], err)
		}
		if held {
			list = reflect.Append(list, element)
		}
	}
	if _, form := tree.(map[string]any); form && list.Len() == 0 {
		return false, nil
	}
	v.Set(list)
	return true, nil
}

// elementsOf lists a list's elements, in order, with the names they have in
// messages. Forms number them: List.1, or List.member.1; both are taken.
func elementsOf(tree any, f *field) (elements []any, names []string, err error) {
	switch tree := tree.(type) {
	case []any:
		for i := range tree {
			names = append(names, strconv.Itoa(i+1))
		}
		return tree, names, nil
	case map[string]any:
		for _, member := range []string{f.member, "member"} {
			inner, ok := tree[member].(map[string]any)
			if ok && len(tree) == 1 {
				tree = inner
				break
			}
		}
		for name := range tree {
			if n, err := strconv.Atoi(name); err != nil || n < 0 {
				return nil, nil, at(name, &fieldError{fault: unknown})
			}
			names = append(names, name)
		}
		slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
		for _, name := range names {
			elements = append(elements, tree[name])
		}
		return elements, names, nil
	}
	return nil, nil, malformed(tree, "a list")
}

// decodeMap reads JSON's and CBOR's maps, and a form's Map.entry.1.key.
func decodeMap(v reflect.Value, f *field, s *shape, tree any) (bool, error) {
	values, ok := tree.(map[string]any)
	if !ok {
		return false, malformed(tree, "a map")
	}
	if fromForm(values) {
		var err error
		if values, err = formMap(values, f); err != nil || len(values) == 0 {
			return false, err
		}
	}
	t := v.Type()
	v.Set(reflect.MakeMapWithSize(t, len(values)))
	for _, name := range sortedKeys(values) {
		value := reflect.New(t.Elem()).Elem()
		if _, err := decode(value, f, s, values[name]); err != nil {
			return false, at(name, err)
		}
		v.SetMapIndex(reflect.ValueOf(name).Convert(t.Key()), value)
	}
	return true, nil
}

func formMap(tree map[string]any, f *field) (map[string]any, error) {
	if inner, ok := tree["entry"].(map[string]any); ok && len(tree) == 1 {
		tree = inner
	}
	entries, names, err := elementsOf(tree, f)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	for i, e := range entries {
		entry, _ := e.(map[string]any)
		key, ok := entry["key"].(text)
		if !ok {
			return nil, at(names[i], malformed(e, "a key with its value"))
		}
		values[string(key)] = entry["value"]
	}
	return values, nil
}

// fromForm tells whether a branch of a tree was read from a form: there all
// ends are text.
func fromForm(values map[string]any) bool {
	for _, v := range values {
		switch v := v.(type) {
		case text:
			return true
		case map[string]any:
			return fromForm(v)
		default:
			return false
		}
	}
	return false
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// whole reads an integer of any source.
func whole(tree any) (int64, bool) {
	switch n := tree.(type) {
	case text:
		i, err := strconv.ParseInt(string(n), 10, 64)
		return i, err == nil
	case json.Number:
		i, err := n.Int64()
		return i, err == nil
	case int64:
		return n, true
	}
	return 0, false
}
