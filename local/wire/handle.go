package wire

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"
)

// Handle serves one operation. Its name is In's type name without "Input". It
// panics if fields name what In does not have, or if the operation is there
// already: both are mistakes in the program, and tests meet them at once.
func Handle[In, Out any](m *Mux, s Service, f func(context.Context, *In) (*Out, error), fields Fields) {
	in := reflect.TypeFor[In]()
	name := strings.TrimSuffix(in.Name(), "Input")
	m.operations[operationKey{s, name}] = &operation{
		service: s, name: name, fields: fields,
		call: func(ctx context.Context, in any) (any, error) { return f(ctx, in.(*In)) },
	}
}

// Operation describes one that is served.
type Operation struct {
	Service, Name string
	Fields        Fields
}

// Operations lists what is served, by service and name.
func (m *Mux) Operations() []Operation {
	var all []Operation
	for _, o := range m.operations {
		all = append(all, Operation{o.service.name, o.name, o.fields})
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
	call    func(ctx context.Context, in any) (any, error)
}
