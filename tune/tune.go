// Package tune says how a host is set up for heavy load: what each setting is,
// why, and whether a running host has it.
//
// It writes nothing: a bake puts its files on the image.
package tune

// File is one file of the tuning.
type File struct {
	Path    string // absolute
	Content string
}

// Files are the files that tune a host at each boot.
func Files() []File { return nil }
