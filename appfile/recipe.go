package appfile

import (
	"path"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"gekko"
)

var (
	modeForm = regexp.MustCompile(`^0?[0-7]{3,4}$`)
	envForm  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	pathForm = regexp.MustCompile(`^/[^\s"#]*$`)
)

func (r *reader) source(n ast.Node, s *gekko.Source) {
	r.mapping(n, "source", keys{
		"git": r.text(&s.Git),
		"ref": r.matching(&s.Ref, regexp.MustCompile(`^[^-\s][^\s]*$`), "a commit, branch or tag"),
	})
}

func (r *reader) recipe(n ast.Node, steps *[]gekko.RecipeStep) {
	r.list(n, "the step", func(n ast.Node) {
		var s gekko.RecipeStep
		at := r.mapping(n, "a recipe step", keys{
			"run":  r.text(&s.Run),
			"copy": func(n ast.Node) { r.copying(n, &s) },
		})
		if len(at) > 1 {
			r.wrong(n, "a recipe step is either run or copy")
		}
		*steps = append(*steps, s)
	})
}

func (r *reader) copying(n ast.Node, s *gekko.RecipeStep) {
	at := r.mapping(n, "copy", keys{
		"from": r.text(&s.Copy),
		"to":   r.text(&s.To),
		"mode": r.matching(&s.Mode, modeForm, "an octal mode, as 0755"),
	})
	if at == nil {
		return
	}
	if at["from"] == nil || at["to"] == nil {
		r.wrong(n, "copy needs from, a path in the source, and to, where it goes on the image")
		return
	}
	clean := path.Clean(s.Copy)
	if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") || strings.HasPrefix(clean, "-") {
		r.wrong(at["from"], "copy.from %q is not a path within the source", s.Copy)
	}
	if !path.IsAbs(s.To) || path.Clean(s.To) == "/" {
		r.wrong(at["to"], "copy.to %q is not an absolute path of a file or folder", s.To)
	}
	s.Copy = clean
}

func (r *reader) service(n ast.Node, s *gekko.Service) {
	at := r.mapping(n, "service", keys{
		"command": r.text(&s.Command),
		"port":    r.whole(&s.Port, 1, 65535),
		"env":     func(n ast.Node) { r.env(n, &s.Env) },
		"user":    r.matching(&s.User, userForm, "a user's name"),
		"health":  r.matching(&s.Health, pathForm, "a path, as /healthz"),
	})
	if at == nil {
		return
	}
	for _, key := range []string{"command", "port"} {
		if at[key] == nil {
			r.wrong(n, "service.%s is missing", key)
		}
	}
	if strings.ContainsAny(strings.TrimRight(s.Command, "\n"), "\n\r") {
		r.wrong(at["command"], "service.command is one line; put more into a script that the recipe copies")
	}
	s.Command = strings.TrimSpace(s.Command)
	if s.Health == "" {
		s.Health = "/"
	}
}

// env reads the service's environment. PORT is the port's own.
func (r *reader) env(n ast.Node, env *map[string]string) {
	m, ok := n.(ast.MapNode)
	if !ok {
		r.wrong(n, "service.env is %s; want names with values", kindOf(n))
		return
	}
	*env = map[string]string{}
	for i := m.MapRange(); i.Next(); {
		name, ok := plainText(i.Key())
		switch {
		case !ok || !envForm.MatchString(name):
			r.wrong(i.Key(), "%q is not the name of a variable", name)
			continue
		case name == "PORT":
			r.wrong(i.Key(), "PORT is set by service.port")
			continue
		}
		var v string
		r.value(i.Value(), name, func(n ast.Node) {
			s, ok := plainText(n)
			if b, is := n.(*ast.BoolNode); is {
				s, ok = b.GetToken().Value, true
			}
			if !ok || strings.ContainsAny(s, "\n\r\x00") {
				r.wrong(n, "want a text of one line, not %s", kindOf(n))
			}
			v = s
		})
		(*env)[name] = v
	}
}
