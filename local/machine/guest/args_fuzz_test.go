//go:build linux

package guest

import (
	"strings"
	"testing"
)

func FuzzArguments(f *testing.F) {
	f.Add("-u root -E --preserve-env=A,B -- true")
	f.Add("--system --uid=7 -G a,b -m -d /x name")
	f.Fuzz(func(_ *testing.T, line string) {
		args := strings.Fields(line)
		(&sudoOptions{}).parse(args)
		_, _ = (&newUser{}).parse(args)
	})
}
