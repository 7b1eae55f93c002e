package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// AWS's own protocol vectors (testdata/protocol): made-up shapes, what a client
// sends of some parameters, and what it understands of an answer. Here each is
// gone through from the other end.

// vector is some cases that share shapes.
type vector struct {
	Description string
	Metadata    struct{ Protocol string }
	Shapes      map[string]modelShape
	Cases       []vectorCase
}

type vectorCase struct {
	Given struct {
		Name          string
		Input, Output ref
	}
	Params, Result any
	Serialized     struct{ Body string }
	Response       struct{ Body string }
}

// modelShape is a type, and ref a use of one, as AWS's models write them.
type modelShape struct {
	Type         string
	Members      map[string]ref
	Member       ref // of a list
	Key, Value   ref // of a map
	Flattened    bool
	LocationName string
}

type ref struct {
	Shape, LocationName, QueryName string
	Flattened                      bool
	TimestampFormat                string
}

// beyond are vectors of what no operation that is served has, nor its tables.
var beyond = map[string]string{
	"input query: Serialize map type with locationName": "a map whose keys and values have names of their own",
	"output query: Named map":                           "the same",
	"output query: Flattened map":                       "an answer with a map",
	"output query: Flattened map in shape definition":   "an answer with a map",
	"output query: Normal map":                          "an answer with a map",
	"output ec2: Normal map":                            "an answer with a map",
	"output ec2: Flattened map":                         "an answer with a map",
	"output ec2: Named map":                             "an answer with a map",
	"input ec2: Timestamp values":                       "times in a form of their own",
	"input query: Timestamp values":                     "the same",
	"input json: Timestamp values":                      "the same",
	"output json: Timestamp members":                    "the same",
	"output json: Ignores extra data":                   "what only a client can do wrong",
	"output json: unmodeled non-json response payload":  "what only a client can do wrong",
}

func TestAWSsOwnProtocolVectors(t *testing.T) {
	for _, name := range []string{"input-ec2", "input-query", "input-json", "output-ec2", "output-query", "output-json"} {
		data, err := os.ReadFile(filepath.Join("testdata", "protocol", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var vectors []vector
		if err := json.Unmarshal(data, &vectors); err != nil {
			t.Fatal(err)
		}
		direction, _, _ := strings.Cut(name, "-")
		for _, v := range vectors {
			label := direction + " " + v.Metadata.Protocol + ": " + v.Description
			for i, c := range v.Cases {
				t.Run(fmt.Sprint(label, " ", i), func(t *testing.T) {
					if why := beyond[label]; why != "" {
						t.Skip(why)
					}
					if direction == "input" {
						v.sent(t, c)
					} else {
						v.answered(t, c)
					}
				})
			}
		}
	}
}

// sent reads what a client sends, which must be what it was given.
func (v *vector) sent(t *testing.T, c vectorCase) {
	made := v.of(c.Given.Input, true, 0)
	in := reflect.New(made.goType).Elem()
	call := &call{body: []byte(c.Serialized.Body)}
	var err error
	if v.Metadata.Protocol == "json" {
		err = jsonRPC{}.decode(call, in, made.shape)
	} else {
		if call.form, err = url.ParseQuery(c.Serialized.Body); err == nil {
			err = query{}.decode(call, in, made.shape)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	want := settled(c.Params)
	if want == nil { // what is sent without being given: a token of idempotency
		return
	}
	if d := gocmp.Diff(want, settled(paramsOf(in))); d != "" {
		t.Errorf("-given +read:\n%s", d)
	}
}

// answered writes what a client understands of an answer, which must be the
// answer again.
func (v *vector) answered(t *testing.T, c vectorCase) {
	made := v.of(c.Given.Output, false, 0)
	out := reflect.New(made.goType).Elem()
	result, err := json.Marshal(c.Result)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := readJSON(result)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decode(out, nil, v.of(c.Given.Output, true, 0).named(), v.blobs(c.Given.Output, tree)); err != nil {
		t.Fatal(err)
	}
	if v.Metadata.Protocol == "json" {
		r, err := jsonRPC{}.answer(nil, out, made.shape)
		if err != nil {
			t.Fatal(err)
		}
		var got, want any
		if json.Unmarshal(r.body, &got) != nil || json.Unmarshal([]byte(c.Response.Body), &want) != nil {
			t.Fatalf("%s", r.body)
		}
		if d := gocmp.Diff(settled(want), settled(got)); d != "" {
			t.Errorf("-AWS's +written:\n%s", d)
		}
		return
	}
	r, err := query{}.answer(&call{action: c.Given.Name, service: Service{ec2: v.Metadata.Protocol == "ec2"}, id: "request-id"}, out, made.shape)
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(elements(t, c.Response.Body), elements(t, string(r.body))); d != "" {
		t.Errorf("-AWS's +written:\n%s\n%s\n%s", d, c.Response.Body, r.body)
	}
}

// made is a shape of a vector, in Go's types and in this package's.
type made struct {
	goType reflect.Type
	shape  *shape
	field  field // its own properties as a field's
}

// of makes a shape for one direction. Shapes that contain themselves end after
// some depth, as Go's types that are made at run time cannot.
func (v *vector) of(r ref, in bool, depth int) made {
	s := v.Shapes[r.Shape]
	ec2 := v.Metadata.Protocol == "ec2"
	switch s.Type {
	case "structure":
		return v.structure(s, in, depth)
	case "list":
		m := v.of(s.Member, in, depth+1)
		switch m.field.member = cmp.Or(s.Member.LocationName, "member"); {
		case v.Metadata.Protocol == "json":
		case ec2 && in, r.Flattened || s.Flattened:
			m.field.member = ""
		}
		m.goType = reflect.SliceOf(value(m.goType))
		m.field.always = false
		return m
	case "map":
		m := v.of(s.Value, in, depth+1)
		m.goType = reflect.MapOf(reflect.TypeFor[string](), value(m.goType))
		return m
	}
	types := map[string]reflect.Type{
		"string": reflect.TypeFor[*string](), "character": reflect.TypeFor[*string](), "integer": reflect.TypeFor[*int32](), "long": reflect.TypeFor[*int64](),
		"boolean": reflect.TypeFor[*bool](), "float": reflect.TypeFor[*float32](), "double": reflect.TypeFor[*float64](),
		"blob": reflect.TypeFor[[]byte](), "timestamp": reflect.TypeFor[*time.Time](), "jsonvalue": reflect.TypeFor[*string](),
	}
	return made{goType: types[s.Type]}
}

const deepestShape = 6

func (v *vector) structure(s modelShape, in bool, depth int) made {
	m := made{shape: &shape{byWire: map[string]*field{}}}
	var fields []reflect.StructField
	for _, name := range slices.Sorted(maps.Keys(s.Members)) {
		if depth > deepestShape {
			break
		}
		r := s.Members[name]
		member := v.of(r, in, depth+1)
		t := member.goType
		if t.Kind() == reflect.Struct {
			t = reflect.PointerTo(t)
		}
		f := member.field
		f.index, f.name, f.wire, f.below = len(fields), name, v.wire(name, r, in), member.shape
		fields = append(fields, reflect.StructField{Name: strings.ToUpper(name[:1]) + name[1:], Type: t})
		m.shape.fields = append(m.shape.fields, f)
	}
	for i := range m.shape.fields {
		m.shape.byWire[m.shape.fields[i].wire] = &m.shape.fields[i]
	}
	m.goType = reflect.StructOf(fields)
	return m
}

// wire is a member's name by the protocol's rules, which package gen reads out
// of the SDK instead.
func (v *vector) wire(name string, r ref, in bool) string {
	s := v.Shapes[r.Shape]
	switch v.Metadata.Protocol {
	case "ec2":
		if in {
			upper := cmp.Or(r.LocationName, name)
			return cmp.Or(r.QueryName, strings.ToUpper(upper[:1])+upper[1:])
		}
	case "query":
		if s.Type == "list" && (r.Flattened || s.Flattened) {
			return cmp.Or(s.Member.LocationName, r.LocationName, name)
		}
	}
	return cmp.Or(r.LocationName, name)
}

// named is the same shape with Go's names on the wire, in which results are told.
func (m made) named() *shape { return renamed(m.shape) }

func renamed(s *shape) *shape {
	if s == nil {
		return nil
	}
	again := &shape{byWire: map[string]*field{}}
	for _, f := range s.fields {
		f.wire, f.below = f.name, renamed(f.below)
		again.fields = append(again.fields, f)
	}
	for i := range again.fields {
		again.byWire[again.fields[i].wire] = &again.fields[i]
	}
	return again
}

// value is what a list or a map holds.
func value(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// blobs makes bytes of the texts in a result that stand for them, and instants
// of its numbers that do.
func (v *vector) blobs(r ref, tree any) any {
	s := v.Shapes[r.Shape]
	switch tree := tree.(type) {
	case string:
		if s.Type == "blob" {
			return []byte(tree)
		}
	case json.Number:
		if seconds, err := tree.Float64(); err == nil && s.Type == "timestamp" {
			at, _ := instant(seconds)
			return at
		}
	case []any:
		for i := range tree {
			tree[i] = v.blobs(s.Member, tree[i])
		}
	case map[string]any:
		for name := range tree {
			r := s.Value
			if s.Type == "structure" {
				r = s.Members[name]
			}
			tree[name] = v.blobs(r, tree[name])
		}
	}
	return tree
}

// paramsOf is a value as a vector's parameters tell it.
func paramsOf(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return paramsOf(v.Elem())
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			return epoch(at).seconds()
		}
		m := map[string]any{}
		for f, value := range v.Fields() {
			m[f.Name] = paramsOf(value)
		}
		return m
	case reflect.Slice:
		if blob(v.Type()) {
			if v.IsNil() {
				return nil
			}
			return string(v.Bytes())
		}
		var list []any
		for _, e := range v.Seq2() {
			list = append(list, paramsOf(e))
		}
		return list
	case reflect.Map:
		m := map[string]any{}
		for key, value := range v.Seq2() {
			m[key.String()] = paramsOf(value)
		}
		return m
	case reflect.Int32, reflect.Int64:
		return float64(v.Int())
	case reflect.Float32:
		f, _ := strconv.ParseFloat(strconv.FormatFloat(v.Float(), 'g', -1, 32), 64)
		return f
	}
	return v.Interface()
}

// settled leaves out what is empty: a form cannot tell it from what is absent.
func settled(tree any) any {
	switch tree := tree.(type) {
	case []any:
		var list []any
		for _, e := range tree {
			if s := settled(e); s != nil {
				list = append(list, s)
			}
		}
		if list == nil {
			return nil
		}
		return list
	case map[string]any:
		m := map[string]any{}
		for name, e := range tree {
			if s := settled(e); s != nil {
				m[name] = s
			}
		}
		if len(m) == 0 {
			return nil
		}
		return m
	case string:
		if tree == "" {
			return nil
		}
	}
	return tree
}

// elements are the texts of an XML answer by path, in their order, without what
// only says which request it was, nor the wrapper that only some have. Times are all written in one way.
func elements(t *testing.T, answer string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	var path []string
	var text bytes.Buffer
	leaf := false
	d := xml.NewDecoder(strings.NewReader(answer))
	for {
		token, err := d.Token()
		if err != nil {
			return all
		}
		switch token := token.(type) {
		case xml.StartElement:
			path, leaf = append(path, token.Name.Local), true
			text.Reset()
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			at := strings.Replace(strings.ToLower(strings.Join(path, ".")), ".operationnameresult", "", 1)
			if leaf && !strings.HasSuffix(at, "requestid") {
				all[at] = append(all[at], oneTime(text.String()))
			}
			path, leaf = path[:len(path)-1], false
		}
	}
}

func oneTime(s string) string {
	for _, layout := range []string{time.RFC3339Nano, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 MST"} {
		if at, err := time.Parse(layout, s); err == nil {
			return fmt.Sprint(at.Unix())
		}
	}
	return s
}
