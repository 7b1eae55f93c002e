package bake

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// What a bake takes away again.
const (
	undoBuilder = "builder"
	undoKey     = "key pair"
	undoGroup   = "security group"
	undoImage   = "image"
)

// undo is what a bake has made for itself, in the order of its making.
type undo struct{ things []undoing }

type undoing struct {
	kind, id string
	away     func(context.Context) error
}

func (u *undo) add(kind, id string, away func(context.Context) error) {
	u.things = append(u.things, undoing{kind, id, away})
}

// forget leaves things of a kind where they are.
func (u *undo) forget(kind string) {
	u.things = slices.DeleteFunc(u.things, func(t undoing) bool { return t.kind == kind })
}

func (u *undo) has(id string) bool {
	return slices.ContainsFunc(u.things, func(t undoing) bool { return t.id == id })
}

func (u *undo) empty() bool { return len(u.things) == 0 }

// run takes all away, the last made first, and goes on over errors.
func (u *undo) run(ctx context.Context) (done, left []string, err error) {
	for _, t := range slices.Backward(u.things) {
		word := t.kind + " " + t.id
		if e := t.away(ctx); e != nil {
			left = append(left, word)
			err = errors.Join(err, fmt.Errorf("%s: %w", word, e))
			continue
		}
		done = append(done, word)
	}
	u.things = nil
	return done, left, err
}
