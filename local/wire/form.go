package wire

import (
	"net/url"
	"slices"
	"strings"
)

// maxDepth is how deep a form's or a JSON text's values may lie in each other.
const maxDepth = 64

// notParameters are the keys of a query that say how it was sent and signed.
var notParameters = []string{
	"Action", "Version", "AWSAccessKeyId", "Expires", "SecurityToken",
	"Signature", "SignatureMethod", "SignatureVersion", "Timestamp",
}

// formTree makes a tree out of names like Filter.1.Value.2.
func formTree(form url.Values) (map[string]any, error) {
	tree := map[string]any{}
	for name, values := range form {
		if slices.Contains(notParameters, name) || strings.HasPrefix(name, "X-Amz-") {
			continue
		}
		path := strings.Split(name, ".")
		if len(path) > maxDepth {
			return nil, at(name, &fieldError{fault: unknown})
		}
		branch := tree
		for _, step := range path[:len(path)-1] {
			if branch[step] == nil || branch[step] == text("") {
				branch[step] = map[string]any{}
			}
			next, ok := branch[step].(map[string]any)
			if !ok {
				return nil, at(name, malformed(branch[step], "a structure"))
			}
			branch = next
		}
		last := path[len(path)-1]
		switch branch[last].(type) {
		case nil, text:
			branch[last] = text(values[0])
		default:
			if values[0] != "" {
				return nil, at(name, malformed(text(values[0]), "a structure"))
			}
		}
	}
	return tree, nil
}
