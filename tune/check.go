package tune

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Finding is a setting as a running host has it.
type Finding struct {
	Setting
	Now  string // empty: the host does not have the parameter
	Good bool
	Note string // why it could not be read; or empty
}

// Check compares a running host with the settings. System is its /proc/sys, as
// os.DirFS("/proc/sys").
func Check(system fs.FS) []Finding {
	var all []Finding
	for _, s := range Settings() {
		f := Finding{Setting: s}
		text, err := fs.ReadFile(system, strings.ReplaceAll(s.Name, ".", "/"))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			f.Note = "this kernel does not have it, or not for this network namespace"
		case err != nil:
			f.Note = err.Error()
		default:
			f.Now = strings.Join(strings.Fields(string(text)), " ")
			f.Good = s.Serves(f.Now)
		}
		all = append(all, f)
	}
	return all
}

// Serves says whether a value is as good as the setting's, or better.
func (s Setting) Serves(now string) bool {
	want, have := numbers(s.Value), numbers(now)
	if len(want) != len(have) || len(want) == 0 {
		return false
	}
	for i := range want {
		switch {
		case s.Exact && have[i] != want[i],
			s.AtMost && have[i] > want[i],
			!s.AtMost && !s.Exact && have[i] < want[i]:
			return false
		}
	}
	return true
}

// numbers is nil for what are none. Some parameters are larger than an int64.
func numbers(text string) []uint64 {
	var all []uint64
	for word := range strings.FieldsSeq(text) {
		n, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			return nil
		}
		all = append(all, n)
	}
	return all
}

func (f Finding) String() string {
	switch {
	case f.Good:
		return fmt.Sprintf("%s = %s", f.Name, f.Now)
	case f.Note != "":
		return fmt.Sprintf("%s: %s", f.Name, f.Note)
	}
	return fmt.Sprintf("%s = %s, want %s: %s", f.Name, f.Now, f.Value, f.Why)
}
