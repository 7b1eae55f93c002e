package appfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gekko"
)

// Problem is one thing that is wrong with a file, and where.
type Problem struct {
	Line, Column int // both from 1
	Text         string
}

// Problems is all that is wrong with a file, from top to bottom. It is
// ErrInvalid.
type Problems struct {
	File string
	List []Problem
}

func (p *Problems) Error() string {
	lines := make([]string, len(p.List))
	for i, x := range p.List {
		lines[i] = fmt.Sprintf("%s:%d:%d: %s", p.File, x.Line, x.Column, x.Text)
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the kind of error.
func (p *Problems) Unwrap() error { return gekko.ErrInvalid }

func (p *Problems) add(line, column int, text string) {
	p.List = append(p.List, Problem{line, column, text})
}

func (p *Problems) sorted() *Problems {
	slices.SortStableFunc(p.List, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return p
}
