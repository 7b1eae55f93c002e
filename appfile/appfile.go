// Package appfile reads gekko.yaml into a gekko.App.
//
// It knows the file's keys, their types and which of them go together. It does
// not look at the cloud: whether a subnet is there is not its business.
package appfile

import (
	"fmt"
	"os"

	"gekko"
)

// Name is what the file is called.
const Name = "gekko.yaml"

// Read reads the file at path. What is wrong with it is told with line and
// column, all of it at once (Errors); a missing file is ErrNotFound.
func Read(path string) (gekko.App, error) {
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return gekko.App{}, gekko.Hint(fmt.Errorf("app file %s: %w", path, gekko.ErrNotFound), "gekko init")
	}
	if err != nil {
		return gekko.App{}, fmt.Errorf("app file: %w", err)
	}
	return Parse(path, data)
}

// Parse reads a file's text; name is what errors call the file.
func Parse(name string, data []byte) (gekko.App, error) {
	return gekko.App{}, fmt.Errorf("%w: app file %s cannot be read yet", gekko.ErrInvalid, name)
}

// Template is the commented file that gekko init writes for an app.
func Template(app gekko.AppName, region string) []byte { return nil }
