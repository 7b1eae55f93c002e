package wire

import (
	_ "embed"
	"strings"
	"sync"
)

//go:generate go run ./gen

// The table is what Go's types do not tell of the SDK's services: see gen.
//
//go:embed table.txt
var tableText string

// table has a service's names by type, field by field where they are odd.
type table struct {
	operations map[string]bool
	in, out    map[string]map[string]string // type, field: name on the wire
	required   map[string]map[string]bool   // type, field
	enums      map[string][]string          // type: values
	errors     map[string]string            // code in the query protocol: shape
}

// tables reads the embedded table once; nobody changes it then.
var tables = sync.OnceValue(func() map[string]*table { return readTables(tableText) })

func readTables(text string) map[string]*table {
	all := map[string]*table{}
	var t *table
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		switch rest := words[2:]; words[0] {
		case "service":
			t = &table{
				operations: map[string]bool{},
				in:         map[string]map[string]string{},
				out:        map[string]map[string]string{},
				required:   map[string]map[string]bool{},
				enums:      map[string][]string{},
				errors:     map[string]string{},
			}
			all[words[1]] = t
		case "operations":
			t.operations = set(words[1:])
		case "in":
			t.in[words[1]] = pairs(rest)
		case "out":
			t.out[words[1]] = pairs(rest)
		case "required":
			t.required[words[1]] = set(rest)
		case "enum":
			t.enums[words[1]] = rest
		case "error":
			t.errors[words[1]] = rest[0]
		}
	}
	return all
}

func set(words []string) map[string]bool {
	s := make(map[string]bool, len(words))
	for _, w := range words {
		s[w] = true
	}
	return s
}

func pairs(words []string) map[string]string {
	m := make(map[string]string, len(words))
	for _, w := range words {
		field, wire, _ := strings.Cut(w, "=")
		m[field] = wire
	}
	return m
}
