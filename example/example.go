// Package example holds the source of the example services, so that the demo
// can make a Git repository of one wherever the program runs.
package example

import "embed"

// Hello is a small HTTP service with its gekko.yaml.
//
//go:embed hello
var Hello embed.FS
