//go:build !race

package release_test

const raced = false
