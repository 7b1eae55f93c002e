package main

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// source is one service of the SDK as it was read from its files.
type source struct {
	name       string
	operations []string                   // all that it has, sorted
	structs    map[string]*ast.StructType // inputs, outputs and the types they are made of
	enums      map[string][]string
	errors     map[string][]string      // code in the query protocol: names of its shapes
	serialize  map[string]*ast.FuncDecl // by the name of what they write
	read       map[string]*ast.FuncDecl // by the name of what they read
	validate   map[string]*ast.FuncDecl // by the name of what they check
	functions  map[string]*ast.FuncDecl // serializers and deserializers by their own name
}

// read reads the files of a service that have a say.
func read(name, folder string) (*source, error) {
	s := &source{
		name: name, structs: map[string]*ast.StructType{},
		enums: map[string][]string{}, errors: map[string][]string{},
		serialize: map[string]*ast.FuncDecl{}, read: map[string]*ast.FuncDecl{},
		validate: map[string]*ast.FuncDecl{}, functions: map[string]*ast.FuncDecl{},
	}
	paths, err := filepath.Glob(filepath.Join(folder, "api_op_*.go"))
	if err != nil {
		return nil, err
	}
	paths = slices.DeleteFunc(paths, func(p string) bool { return strings.HasSuffix(p, "_test.go") })
	for _, path := range paths {
		operation := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "api_op_"), ".go")
		s.operations = append(s.operations, operation)
	}
	for _, file := range []string{"types/types.go", "types/enums.go", "serializers.go", "deserializers.go", "validators.go", "schemas/schemas.go"} {
		paths = append(paths, filepath.Join(folder, file))
	}
	for _, path := range paths {
		file, err := parse(path)
		if err != nil {
			return nil, err
		}
		if file != nil {
			s.add(file)
		}
	}
	return s, nil
}

// parse reads a file, nil if there is none: services differ in what they have.
func parse(path string) (*ast.File, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
}

func (s *source) add(file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				s.addSpec(spec)
			}
		case *ast.FuncDecl:
			s.addFunction(d)
		}
	}
}

func (s *source) addSpec(spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if t, ok := spec.Type.(*ast.StructType); ok {
			s.structs[spec.Name.Name] = t
		}
	case *ast.ValueSpec:
		s.addError(spec)
		enum, named := spec.Type.(*ast.Ident)
		if named && len(spec.Values) == 1 {
			if value, ok := text(spec.Values[0]); ok {
				s.enums[enum.Name] = append(s.enums[enum.Name], value)
			}
		}
	}
}

// addError notes the schema of an error that has a code of its own.
func (s *source) addError(spec *ast.ValueSpec) {
	ast.Inspect(spec, func(n ast.Node) bool {
		c, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if t, ok := c.Type.(*ast.SelectorExpr); !ok || t.Sel.Name != "AWSQueryError" {
			return true
		}
		for _, e := range c.Elts {
			pair := e.(*ast.KeyValueExpr)
			if code, ok := text(pair.Value); ok && pair.Key.(*ast.Ident).Name == "ErrorCode" {
				s.errors[code] = append(s.errors[code], spec.Names[0].Name)
			}
		}
		return false
	})
}

// addFunction files a function under the struct that it is about.
func (s *source) addFunction(f *ast.FuncDecl) {
	if f.Recv != nil || f.Type.Params.NumFields() == 0 {
		return
	}
	subject := structName(f.Type.Params.List[0].Type)
	name := f.Name.Name
	switch {
	case strings.HasPrefix(name, "validate"):
		s.validate[subject] = f
	case strings.Contains(name, "_serialize") && strings.Contains(name, "Document"):
		s.serialize[subject] = f
		s.functions[name] = f
	case strings.Contains(name, "_deserialize") && strings.Contains(name, "Document"):
		s.read[subject] = f
		s.functions[name] = f
	}
}

// structName is T of *T, **types.T; lists have none.
func structName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return structName(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}
