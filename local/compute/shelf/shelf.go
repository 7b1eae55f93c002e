// Package shelf keeps what EC2 calls resources: by id, in the order in which
// they came, with tags, found by the ids, filters and pages of a Describe
// operation.
//
// It knows the rules that all kinds of resources share, and none of a kind's
// own.
package shelf

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// Shelf keeps things of one kind. It is used inside the loop only.
type Shelf[T any] struct {
	kind  Kind
	tags  *Tags
	facts Facts[T]

	things map[string]T
	order  []string // of ids
}

// Facts are the filters of a kind, but those on tags: what a thing has for each.
type Facts[T any] map[string]func(thing T) []string

// New makes an empty shelf.
func New[T any](kind Kind, tags *Tags, facts Facts[T]) *Shelf[T] {
	return &Shelf[T]{kind: kind, tags: tags, facts: facts, things: map[string]T{}}
}

// Put adds a thing.
func (s *Shelf[T]) Put(id string, thing T) {
	if _, there := s.things[id]; !there {
		s.order = append(s.order, id)
	}
	s.things[id] = thing
}

// Remove takes a thing away, and its tags.
func (s *Shelf[T]) Remove(id string) {
	if _, there := s.things[id]; !there {
		return
	}
	delete(s.things, id)
	s.order = slices.DeleteFunc(s.order, func(o string) bool { return o == id })
	s.tags.drop(id)
}

// Look gives a thing if it is there.
func (s *Shelf[T]) Look(id string) (T, bool) {
	thing, there := s.things[id]
	return thing, there
}

// Find gives a thing, or the kind's error for an id that is none or unknown.
func (s *Shelf[T]) Find(id string) (T, error) {
	found, err := s.FindAll([]string{id})
	if err != nil {
		var none T
		return none, err
	}
	return found[0], nil
}

// FindAll gives the things of all ids, each once, or one error for those that
// are missing.
func (s *Shelf[T]) FindAll(ids []string) ([]T, error) {
	var found []T
	var missing, seen []string
	for _, id := range ids {
		if err := s.kind.Check(id); err != nil {
			return nil, err
		}
		if slices.Contains(seen, id) {
			continue
		}
		seen = append(seen, id)
		if thing, there := s.things[id]; there {
			found = append(found, thing)
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		return nil, s.kind.missing(missing)
	}
	return found, nil
}

// All gives every thing, the oldest first.
func (s *Shelf[T]) All() []T {
	all := make([]T, 0, len(s.order))
	for _, id := range s.order {
		all = append(all, s.things[id])
	}
	return all
}

// Query gives what a Describe operation asks for: the things of these ids (none:
// all) that pass every filter.
func (s *Shelf[T]) Query(ids []string, filters []types.Filter) ([]T, error) {
	if _, err := s.FindAll(ids); err != nil {
		return nil, err
	}
	for _, f := range filters {
		if _, known := s.facts[value(f.Name)]; !known && !onTags(value(f.Name)) {
			return nil, unknownFilter(f)
		}
	}
	var found []T
	for _, id := range s.order {
		if thing := s.things[id]; s.passes(id, thing, filters) && (len(ids) == 0 || slices.Contains(ids, id)) {
			found = append(found, thing)
		}
	}
	return found, nil
}

func (s *Shelf[T]) passes(id string, thing T, filters []types.Filter) bool {
	for _, f := range filters {
		name := value(f.Name)
		values := s.tags.fact(id, name)
		if fact, known := s.facts[name]; known {
			values = fact(thing)
		}
		if !matches(f.Values, values) {
			return false
		}
	}
	return true
}

func unknownFilter(f types.Filter) error {
	return wire.Errorf("InvalidParameterValue", "The filter '%s' is invalid", value(f.Name))
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Kept is a shelf of any kind, for what concerns all kinds: tags.
type Kept interface {
	Kind() Kind
	// Has says whether a thing is there.
	Has(id string) error
	// IDs gives the ids of all things.
	IDs() []string
}

// Kind tells what is kept.
func (s *Shelf[T]) Kind() Kind { return s.kind }

// Has gives the kind's error for an id that is none or unknown.
func (s *Shelf[T]) Has(id string) error { _, err := s.Find(id); return err }

// IDs gives the ids of all things, the oldest first.
func (s *Shelf[T]) IDs() []string { return slices.Clone(s.order) }
