// Package tune says how a host is set up for heavy load: what each setting is,
// why, and whether a running host has it.
//
// It writes nothing: a bake puts its files on the image, and systemd applies
// them at each boot.
package tune

// OpenFiles is how many files and sockets a service may have open.
const OpenFiles = 1 << 20

// File is one file of the tuning.
type File struct {
	Path    string // absolute
	Content string
}
