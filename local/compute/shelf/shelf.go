// Package shelf keeps what EC2 calls resources: by id, in the order in which
// they came, with tags, found by the ids, filters and pages of a Describe
// operation.
//
// It knows the rules that all kinds of resources share, and none of a kind's
// own.
package shelf

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// Shelf keeps things of one kind. It is used inside the loop only.
type Shelf[T any] struct {
	kind  Kind
	tags  *Tags
	facts Facts[T]

	things map[string]*entry[T]
	order  []*entry[T]
	count  int // of all that ever came
}

// entry is a thing in its place.
type entry[T any] struct {
	id     string
	thing  T
	number int // rises from one entry to the next
}

// Facts are the filters of a kind, but those on tags: what a thing has for each.
type Facts[T any] map[string]func(thing T) []string

// New makes an empty shelf.
func New[T any](kind Kind, tags *Tags, facts Facts[T]) *Shelf[T] {
	return &Shelf[T]{kind: kind, tags: tags, facts: facts, things: map[string]*entry[T]{}}
}

// Put adds a thing.
func (s *Shelf[T]) Put(id string, thing T) {
	if e := s.things[id]; e != nil {
		e.thing = thing
		return
	}
	s.count++
	e := &entry[T]{id, thing, s.count}
	s.things[id] = e
	s.order = append(s.order, e)
}

// Remove takes a thing away, and its tags.
func (s *Shelf[T]) Remove(id string) {
	e := s.things[id]
	if e == nil {
		return
	}
	delete(s.things, id)
	at := s.from(e.number)
	s.order = slices.Delete(s.order, at, at+1)
	s.tags.drop(id)
}

// Look gives a thing if it is there.
func (s *Shelf[T]) Look(id string) (T, bool) {
	if e := s.things[id]; e != nil {
		return e.thing, true
	}
	var none T
	return none, false
}

// from is where the entries of a number and above begin.
func (s *Shelf[T]) from(number int) int {
	at, _ := slices.BinarySearchFunc(s.order, number, func(e *entry[T], n int) int { return cmp.Compare(e.number, n) })
	return at
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
		if e := s.things[id]; e != nil {
			found = append(found, e.thing)
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
	for _, e := range s.order {
		all = append(all, e.thing)
	}
	return all
}

// Query gives what a Describe operation asks for: the things of these ids (none:
// all) that pass every filter.
func (s *Shelf[T]) Query(ids []string, filters []types.Filter) ([]T, error) {
	if err := s.check(ids, filters); err != nil {
		return nil, err
	}
	var found []T
	for _, e := range s.of(ids) {
		if s.passes(e, filters) {
			found = append(found, e.thing)
		}
	}
	return found, nil
}

// check refuses ids that are unknown and filters that the kind has not.
func (s *Shelf[T]) check(ids []string, filters []types.Filter) error {
	if _, err := s.FindAll(ids); err != nil {
		return err
	}
	for _, f := range filters {
		if _, known := s.facts[value(f.Name)]; !known && !onTags(value(f.Name)) {
			return unknownFilter(f)
		}
	}
	return nil
}

// of gives the entries of ids that are there, each once, or all, in their order.
func (s *Shelf[T]) of(ids []string) []*entry[T] {
	if len(ids) == 0 {
		return s.order
	}
	var found []*entry[T]
	for _, id := range ids {
		found = append(found, s.things[id])
	}
	slices.SortFunc(found, func(a, b *entry[T]) int { return cmp.Compare(a.number, b.number) })
	return slices.Compact(found)
}

func (s *Shelf[T]) passes(e *entry[T], filters []types.Filter) bool {
	for _, f := range filters {
		name := value(f.Name)
		if fact, known := s.facts[name]; known {
			if !matches(f.Values, fact(e.thing)) {
				return false
			}
		} else if !s.tags.fit(e.id, name, f.Values) {
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
func (s *Shelf[T]) IDs() []string {
	ids := make([]string, len(s.order))
	for i, e := range s.order {
		ids[i] = e.id
	}
	return ids
}
