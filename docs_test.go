package gekko_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// symbol is a name like `bake.Baker.Create` in the docs: package, then one or
// two names of which the last is a function's or a type's.
var symbol = regexp.MustCompile("`([a-z]+)\\.((?:[A-Za-z]+\\.)?)([A-Za-z]+)`")

// TestTheTourNamesWhatIsThere keeps docs/tour.md from naming functions that were
// renamed or removed.
func TestTheTourNamesWhatIsThere(t *testing.T) {
	tour, err := os.ReadFile(filepath.Join("docs", "tour.md"))
	if err != nil {
		t.Fatal(err)
	}
	folders := packageFolders(t)
	for _, m := range symbol.FindAllStringSubmatch(string(tour), -1) {
		folder, ours := folders[m[1]]
		if !ours || m[3] == "yaml" {
			continue
		}
		if !declares(t, folder, strings.TrimSuffix(m[2], "."), m[3]) {
			t.Errorf("docs/tour.md names %s, which is not in %s", m[0], folder)
		}
	}
}

// packageFolders are our packages' folders by their last name.
func packageFolders(t *testing.T) map[string]string {
	t.Helper()
	folders := map[string]string{"gekko": "."}
	for path := range imports(t) {
		folder := strings.TrimPrefix(path, "gekko/")
		if path != "gekko" && folder != "cmd/gekko" {
			folders[filepath.Base(path)] = folder
		}
	}
	return folders
}

func declares(t *testing.T, folder, receiver, name string) bool {
	t.Helper()
	pattern := `(?m)^(func|type|var) ` + name + `\b|^\t` + name + ` `
	if receiver != "" {
		pattern = `(?m)^func \(\w* ?\*?` + receiver + `\) ` + name + `\b`
	}
	declaration := regexp.MustCompile(pattern)
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if declaration.Match(source) {
			return true
		}
	}
	return false
}
