package wire

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
)

// Handle serves one operation. Its name is In's type name without "Input". It
// panics if AWS has no such operation, if it is served already, or if fields
// name what In does not have: mistakes in the program, which tests meet at once.
func Handle[In, Out any](m *Mux, s Service, f func(context.Context, *In) (*Out, error), fields Fields) {
	m.handle(s, reflect.ValueOf(f), fields)
}

// handle is Handle once the compiler has checked f: what is generic is compiled
// anew for each operation.
func (m *Mux) handle(s Service, f reflect.Value, fields Fields) {
	in, out := f.Type().In(1).Elem(), f.Type().Out(0).Elem()
	name, named := strings.CutSuffix(in.Name(), "Input")
	key := operationKey{s, name}
	switch {
	case !named || out.Name() != name+"Output":
		panic(fmt.Sprintf("wire: %s and %s are not an operation's input and output", in, out))
	case !tables()[s.name].operations[name]:
		panic(fmt.Sprintf("wire: %s has no operation %s", s, name))
	case m.operations[key] != nil:
		panic(fmt.Sprintf("wire: %s of %s is served twice", name, s))
	}
	o := &operation{
		service: s, name: name, fields: fields, input: in, output: out, f: f,
		in: m.shapesOf(s).in.of(in), out: m.shapesOf(s).out.of(out),
	}
	o.policy = newPolicy(o.name, o.in, in, fields)
	m.operations[key] = o
}

// Operation describes one that is served.
type Operation struct {
	Service, Name string
	Fields        Fields
	Refuses       []string // fields answered with UnsupportedOperation; one stands for all below it
}

// Operations lists what is served, by service and name.
func (m *Mux) Operations() []Operation {
	var all []Operation
	for _, o := range m.operations {
		all = append(all, Operation{o.service.name, o.name, o.fields, o.policy.refused("")})
	}
	slices.SortFunc(all, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Name, b.Name))
	})
	return all
}

type operationKey struct {
	service Service
	name    string
}

type operation struct {
	service Service
	name    string
	fields  Fields
	in, out *shape
	policy  *policy
	f       reflect.Value // takes a context and a pointer to an input

	input, output reflect.Type
	last          atomic.Int64 // how long the last answer was
}

func (o *operation) call(ctx context.Context, in reflect.Value) (out reflect.Value, err error) {
	results := o.f.Call([]reflect.Value{reflect.ValueOf(ctx), in})
	if failed := results[1]; !failed.IsNil() {
		return out, failed.Interface().(error)
	}
	if out = results[0]; out.IsNil() {
		out = reflect.New(o.output)
	}
	return out, nil
}

// inOut are the shapes of one service in both directions.
type inOut struct{ in, out *shapes }

func (m *Mux) shapesOf(s Service) inOut {
	if _, made := m.shapes[s]; !made {
		m.shapes[s] = inOut{inShapes(s), outShapes(s)}
	}
	return m.shapes[s]
}
