package main

import (
	"strings"
	"unicode"
)

// rule is how a protocol names what the SDK calls field, when nothing else is
// said. Package wire has the same rules in shape.go.
type rule struct {
	lower bool   // begins with a lower-case letter
	list  string // what follows a list's name: its members' element, or "*" if the list has no element of its own
}

func (r rule) wire(field string, list bool) string {
	name := field
	if r.lower {
		letters := []rune(field)
		letters[0] = unicode.ToLower(letters[0])
		name = string(letters)
	}
	if list {
		name += r.list
	}
	return name
}

// shorten leaves a list's suffix out where it is the rule's.
func (r rule) shorten(wire string) string { return strings.TrimSuffix(wire, r.list) }

// rules tells those of requests and answers.
func rules(service string) (in, out rule) {
	if service == "ec2" {
		return rule{list: "*"}, rule{lower: true, list: ">item"}
	}
	return rule{list: ">member"}, rule{list: ">member"}
}
