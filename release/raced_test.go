//go:build race

package release_test

// raced says that the race detector watches, which makes all slower.
const raced = true
