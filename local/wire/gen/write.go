package main

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
)

// write writes what is to be known of the operations, of all if none is named.
func (s *source) write(b *strings.Builder, operations []string) error {
	if len(operations) == 0 {
		operations = s.operations
	}
	inputs, outputs := map[string]bool{}, map[string]bool{}
	for _, o := range operations {
		if s.structs[o+"Input"] == nil {
			return fmt.Errorf("operations.txt names %s, which the SDK does not have", o)
		}
		s.reach(o+"Input", inputs)
		s.reach(o+"Output", outputs)
	}
	line(b, "operations", s.operations)
	in, out := rules(s.name)
	s.writeNames(b, "in", inputs, s.serialize, in)
	s.writeNames(b, "out", outputs, s.read, out)
	for _, t := range sorted(inputs) {
		if f := s.validate[t]; f != nil {
			line(b, "required "+t, required(f))
		}
	}
	for _, t := range sorted(inputs) {
		line(b, "enum "+t, s.enums[t])
	}
	for _, code := range slices.Sorted(maps.Keys(s.errors)) {
		shapes := s.errors[code]
		if !slices.Contains(shapes, code) {
			line(b, "error "+code, shapes[:1])
		}
	}
	return nil
}

// writeNames writes the fields of types that are not named by the rule.
func (s *source) writeNames(b *strings.Builder, direction string, types map[string]bool, functions map[string]*ast.FuncDecl, r rule) {
	for _, t := range sorted(types) {
		f := functions[t]
		if f == nil {
			continue
		}
		var odd []string
		wires := s.wires(f)
		for _, field := range slices.Sorted(maps.Keys(wires)) {
			wire := wires[field]
			if wire != r.wire(field, strings.ContainsAny(wire, "*>")) {
				odd = append(odd, field+"="+r.shorten(wire))
			}
		}
		line(b, direction+" "+t, odd)
	}
}

// reach adds t and all types that its fields are made of.
func (s *source) reach(t string, reached map[string]bool) {
	if reached[t] {
		return
	}
	reached[t] = true
	if s.structs[t] == nil {
		return
	}
	for _, field := range s.structs[t].Fields.List {
		ast.Inspect(field.Type, func(n ast.Node) bool {
			if name, ok := n.(*ast.Ident); ok && (s.structs[name.Name] != nil || s.enums[name.Name] != nil) {
				s.reach(name.Name, reached)
			}
			return true
		})
	}
}

func line(b *strings.Builder, head string, words []string) {
	if len(words) > 0 {
		fmt.Fprintln(b, head, strings.Join(words, " "))
	}
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
