package main

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// wires tells how a serializer or deserializer names the fields of its struct.
// A list's name is followed by ">member" or by "*".
func (s *source) wires(f *ast.FuncDecl) map[string]string {
	found := map[string]string{}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt, *ast.BlockStmt:
			if n == f.Body {
				return true
			}
			return !s.serialized(n, found)
		case *ast.CaseClause:
			return !s.deserialized(n, found)
		}
		return true
	})
	return found
}

// serialized reads `if v.Field != nil { objectKey := object.Key("Wire"); … }`.
func (s *source) serialized(block ast.Node, found map[string]string) bool {
	field, wire, flat := "", "", false
	list := ""
	ast.Inspect(block, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "v" && field == "" {
				field = n.Sel.Name
			}
		case *ast.CallExpr:
			receiver, called := callee(n)
			switch {
			case receiver == "object" && (called == "Key" || called == "FlatKey"):
				wire, _ = text(n.Args[0])
				flat = called == "FlatKey"
			case s.functions[called] != nil:
				list = s.member(s.functions[called])
			}
		}
		return true
	})
	if field == "" || wire == "" {
		return false
	}
	switch {
	case list != "" && flat:
		wire += "*"
	case list != "":
		wire += ">" + list
	}
	found[field] = wire
	return true
}

// deserialized reads `case strings.EqualFold("wire", t.Name.Local): …sv.Field…`.
func (s *source) deserialized(clause *ast.CaseClause, found map[string]string) bool {
	wire := folded(clause)
	if wire == "" {
		return false
	}
	field, suffix := "", ""
	ast.Inspect(clause, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "sv" && field == "" {
				field = n.Sel.Name
			}
		case *ast.CallExpr:
			_, called := callee(n)
			if strings.HasSuffix(called, "Unwrapped") {
				suffix = "*"
			} else if f := s.functions[called]; f != nil && s.member(f) != "" {
				suffix = ">" + s.member(f)
			}
		}
		return true
	})
	if field != "" {
		found[field] = wire + suffix
	}
	return field != ""
}

// member is the element name of a list's function, empty for a struct's.
func (s *source) member(f *ast.FuncDecl) string {
	if structName(f.Type.Params.List[0].Type) != "" {
		return ""
	}
	name := ""
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if receiver, called := callee(n); receiver == "value" && called == "Array" && len(n.Args) == 1 {
				name, _ = text(n.Args[0])
			}
		case *ast.CaseClause:
			if w := folded(n); w != "" {
				name = w
			}
		}
		return name == ""
	})
	return name
}

// folded is the name that a case of a deserializer compares with.
func folded(clause *ast.CaseClause) string {
	for _, e := range clause.List {
		if call, ok := e.(*ast.CallExpr); ok {
			if _, called := callee(call); called == "EqualFold" {
				name, _ := text(call.Args[0])
				return name
			}
		}
	}
	return ""
}

// required lists the fields that a validator misses.
func required(f *ast.FuncDecl) []string {
	var names []string
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if _, called := callee(call); called == "NewErrParamRequired" {
				name, _ := text(call.Args[0])
				names = append(names, name)
			}
		}
		return true
	})
	return names
}

func callee(call *ast.CallExpr) (receiver, name string) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return "", f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			receiver = x.Name
		}
		return receiver, f.Sel.Name
	}
	return "", ""
}

// text is the value of a string literal.
func text(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(l.Value)
	return value, err == nil
}
