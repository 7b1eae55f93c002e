package appfile

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// reader walks a file's syntax tree and notes what is wrong with it. It goes on
// after a mistake, so that all of them are told at once.
type reader struct{ problems Problems }

// keys are the keys of a mapping, each with what reads its value.
type keys map[string]func(ast.Node)

// places are the keys that a mapping has, for what is said about them later.
type places map[string]ast.Node

func (r *reader) wrong(n ast.Node, format string, args ...any) {
	line, column := 1, 1
	if t := n.GetToken(); t != nil && t.Position != nil {
		line, column = t.Position.Line, t.Position.Column
	}
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		r.wrong(m.Values[0].Key, format, args...) // its own token is the first colon
		return
	}
	r.problems.add(line, column, clipped(fmt.Sprintf(format, args...)))
}

// clipped leaves the middle of a long message out: a file that is none may hold
// anything.
func clipped(text string) string {
	if runes := []rune(text); len(runes) > 400 {
		return string(runes[:200]) + "…" + string(runes[len(runes)-100:])
	}
	return text
}

// mapping reads the values of a mapping by its keys and says where they were.
func (r *reader) mapping(n ast.Node, what string, known keys) places {
	m, ok := n.(ast.MapNode)
	if !ok {
		r.wrong(n, "%s is %s; want keys with values", what, kindOf(n))
		return nil
	}
	at := places{}
	for i := m.MapRange(); i.Next(); {
		key := i.Key()
		if key.IsMergeKey() {
			r.wrong(key, "merge keys are not understood here: write the values out")
			continue
		}
		name, ok := plainText(key)
		if !ok {
			r.wrong(key, "want a plain key here")
			continue
		}
		read, ok := known[name]
		if !ok {
			r.wrong(key, "unknown key %q in %s; %s", name, what, suggest(name, known))
			continue
		}
		at[name] = key
		r.value(i.Value(), name, read)
	}
	return at
}

// value reads one value unless there is none.
func (r *reader) value(n ast.Node, name string, read func(ast.Node)) {
	switch n.(type) {
	case nil:
		r.problems.add(1, 1, name+" has no value")
	case *ast.NullNode:
		r.wrong(n, "%s has no value: give it one, or leave the key out", name)
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		r.wrong(n, "%s: anchors, aliases and tags are not understood here: write the value out", name)
	default:
		read(n)
	}
}

// list reads the elements of a sequence.
func (r *reader) list(n ast.Node, element string, read func(ast.Node)) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.wrong(n, "want a list, not %s", kindOf(n))
		return
	}
	for _, v := range s.Values {
		r.value(v, element, read)
	}
}

// text reads a text. A number stands for how it is written, so that a commit or
// an account of digits alone need no quotes.
func (r *reader) text(to *string) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := plainText(n)
		switch {
		case !ok:
			r.wrong(n, "want a text, not %s", kindOf(n))
		case strings.TrimSpace(s) == "":
			r.wrong(n, "want a text that is not empty")
		case strings.ContainsRune(s, 0):
			r.wrong(n, "want a text without zero bytes")
		default:
			*to = s
		}
	}
}

// matching reads a text of a form.
func (r *reader) matching(to *string, form *regexp.Regexp, want string) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		r.text(&s)(n)
		if s == "" {
			return
		}
		if !form.MatchString(s) {
			r.wrong(n, "%q is not %s", s, want)
			return
		}
		*to = s
	}
}

func (r *reader) texts(to *[]string) func(ast.Node) {
	return r.textsMatching(to, nil, "")
}

// textsMatching reads a list of texts; a nil form takes any.
func (r *reader) textsMatching(to *[]string, form *regexp.Regexp, want string) func(ast.Node) {
	return func(n ast.Node) {
		r.list(n, "the element", func(n ast.Node) {
			var s string
			if form == nil {
				r.text(&s)(n)
			} else {
				r.matching(&s, form, want)(n)
			}
			if slices.Contains(*to, s) {
				r.wrong(n, "%q is in the list twice", s)
			}
			if s != "" {
				*to = append(*to, s)
			}
		})
	}
}

// whole reads a whole number within bounds.
func (r *reader) whole(to *int, least, most int) func(ast.Node) {
	return func(n ast.Node) {
		number, ok := n.(*ast.IntegerNode)
		if !ok {
			r.wrong(n, "want a whole number, not %s", kindOf(n))
			return
		}
		v, err := strconv.Atoi(number.GetToken().Value)
		if err != nil || v < least || v > most {
			r.wrong(n, "%s is not a whole number from %d to %d", number.GetToken().Value, least, most)
			return
		}
		*to = v
	}
}

// positive reads a number above 0.
func (r *reader) positive(to *float64) func(ast.Node) {
	return func(n ast.Node) {
		switch n.(type) {
		case *ast.IntegerNode, *ast.FloatNode:
		default:
			r.wrong(n, "want a number, not %s", kindOf(n))
			return
		}
		v, err := strconv.ParseFloat(n.GetToken().Value, 64)
		if err != nil || !(v > 0) || v > 1e12 {
			r.wrong(n, "%s is not a number above 0", n.GetToken().Value)
			return
		}
		*to = v
	}
}

func (r *reader) claim(to *bool) func(ast.Node) {
	return func(n ast.Node) {
		b, ok := n.(*ast.BoolNode)
		if !ok {
			r.wrong(n, "want true or false, not %s", kindOf(n))
			return
		}
		*to = b.Value
	}
}

// duration reads a time of whole seconds, as 90s or 5m.
func (r *reader) duration(to *time.Duration, most time.Duration) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := plainText(n)
		d, err := time.ParseDuration(s)
		switch {
		case !ok || err != nil:
			r.wrong(n, "want a duration, as 90s or 5m, not %s", kindOf(n))
		case d < 0 || d > most || d%time.Second != 0:
			r.wrong(n, "%s is not a duration of whole seconds up to %v", s, most)
		default:
			*to = d
		}
	}
}

// plainText is what a scalar says; a number is what is written.
func plainText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// kindOf is what a value is, in the words of an error.
func kindOf(n ast.Node) string {
	switch n := n.(type) {
	case ast.MapNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.BoolNode:
		return n.GetToken().Value
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode:
		s, _ := plainText(n)
		return strconv.Quote(s)
	case *ast.LiteralNode:
		return "a text of lines"
	}
	return "what stands here"
}

// suggest names the key that was probably meant.
func suggest(name string, known keys) string {
	best, least := "", 1<<30
	for _, k := range slices.Sorted(maps.Keys(known)) {
		d := distance(name, k)
		if len(name) > 2 && strings.Contains(k, name) {
			d = 1
		}
		if d < least {
			best, least = k, d
		}
	}
	if least <= max(2, len(name)/3) {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return fmt.Sprintf("the nearest is %q; known are %s", best, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
}

// distance counts the letters to add, drop, change, or swap with the next one
// to make b of a.
func distance(a, b string) int {
	before, last, now := []int(nil), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, make([]int, len(b)+1)
	}
	return last[len(b)]
}
