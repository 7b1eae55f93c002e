// Package appfile reads gekko.yaml into a gekko.App.
//
// It knows the file's keys, their types and which of them go together. It does
// not look at the cloud: whether a subnet is there is not its business.
package appfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"gekko"
)

// Name is what the file is called.
const Name = "gekko.yaml"

// Read reads the file at path. What is wrong with it is told with line and
// column, all of it at once (*Problems); a missing file is ErrNotFound. Paths
// in the file are meant from the folder that it is in.
func Read(path string) (gekko.App, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return gekko.App{}, gekko.Hint(fmt.Errorf("app file %s: %w", path, gekko.ErrNotFound), "gekko init")
	}
	if err != nil {
		return gekko.App{}, fmt.Errorf("app file: %w", err)
	}
	app, err := Parse(path, data)
	if err != nil {
		return gekko.App{}, err
	}
	folder := filepath.Dir(path)
	if !app.Source.Elsewhere() {
		app.Source.Git = from(folder, app.Source.Git)
	}
	if app.Image.IdentityFile != "" {
		app.Image.IdentityFile = from(folder, app.Image.IdentityFile)
	}
	if len(app.Notify.Exec) > 0 && strings.Contains(app.Notify.Exec[0], "/") {
		app.Notify.Exec[0] = program(from(folder, app.Notify.Exec[0]))
	}
	return app, nil
}

// Parse reads a file's text; name is what errors call the file. Paths stay as
// they are written.
func Parse(name string, data []byte) (gekko.App, error) {
	r := &reader{problems: Problems{File: name}}
	if n := r.document(data, "the file is empty; gekko init writes one to begin with"); n != nil {
		app := r.app(n)
		if len(r.problems.List) == 0 {
			return app, nil
		}
	}
	return gekko.App{}, r.problems.sorted()
}

// document is the one document of a file; nil if there is none, which is noted.
func (r *reader) document(data []byte, empty string) ast.Node {
	file, err := parser.ParseBytes(data, 0)
	switch {
	case err != nil:
		r.syntax(err)
	case len(file.Docs) > 1 && file.Docs[1].Body != nil:
		r.wrong(file.Docs[1].Body, "a second document begins here; the file is one app's")
	case len(file.Docs) == 0 || file.Docs[0].Body == nil:
		r.problems.add(1, 1, empty)
	default:
		return file.Docs[0].Body
	}
	return nil
}

// app reads the whole file.
func (r *reader) app(n ast.Node) gekko.App {
	a := gekko.App{Source: gekko.Source{Git: "."}}
	at := r.mapping(n, "the file", keys{
		"app":      r.appName(&a.Name),
		"account":  r.matching(&a.Account, accountForm, "twelve digits, in quotes"),
		"region":   r.matching(&a.Region, regionForm, "a region's name, as eu-central-1"),
		"image":    func(n ast.Node) { r.image(n, &a.Image) },
		"source":   func(n ast.Node) { r.source(n, &a.Source) },
		"recipe":   func(n ast.Node) { r.recipe(n, &a.Recipe) },
		"service":  func(n ast.Node) { r.service(n, &a.Service) },
		"group":    func(n ast.Node) { r.group(n, &a.Group) },
		"balancer": func(n ast.Node) { r.balancer(n, &a.Balancer) },
		"release":  func(n ast.Node) { r.release(n, &a.Release) },
		"notify":   func(n ast.Node) { r.notify(n, &a.Notify) },
		"judge":    func(n ast.Node) { r.judge(n, &a.Judge) },
		"accept":   r.texts(&a.Accept),
	})
	if at != nil && at["app"] == nil {
		r.wrong(n, "app is missing: give the app a name")
	}
	t := a.Group.TargetTracking
	if t != nil && t.Metric == metricRequests && a.Balancer.Classic != "" {
		r.wrong(at["group"], "group.target-tracking.metric requests needs an ALB: a Classic balancer does not count by group")
	}
	if len(a.Group.InstanceTypes) == 0 && a.Image.InstanceType != "" {
		a.Group.InstanceTypes = []string{a.Image.InstanceType}
	}
	return a
}

func (r *reader) appName(to *gekko.AppName) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		r.text(&s)(n)
		if s == "" {
			return
		}
		name, err := gekko.ParseAppName(s)
		if err != nil {
			r.wrong(n, "%s", strings.TrimPrefix(err.Error(), gekko.ErrInvalid.Error()+": "))
			return
		}
		*to = name
	}
}

// syntax is what the YAML parser says.
func (r *reader) syntax(err error) {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil || e.GetToken().Position == nil {
		r.problems.add(1, 1, err.Error())
		return
	}
	p := e.GetToken().Position
	r.problems.add(p.Line, p.Column, e.GetMessage())
}

// program is a path that nobody takes for a name to be looked for in PATH.
func program(path string) string {
	if strings.Contains(path, "/") {
		return path
	}
	return "./" + path
}

// from is a path as seen from a folder; ~ is the caller's home.
func from(folder, path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}
