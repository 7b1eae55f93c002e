//go:build linux

package buildcache

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
)

// The go command within an instance may say anything.
func FuzzServe(f *testing.F) {
	f.Add([]byte(`{"ID":1,"Command":"get","ActionID":"AAEC"}` + "\n"))
	f.Add([]byte(`{"ID":2,"Command":"put","ActionID":"AAEC","OutputID":"AwQ=","BodySize":2}` + "\n\"aGk=\"\n"))
	own := f.TempDir()
	f.Fuzz(func(t *testing.T, in []byte) {
		c := buildCache{own: own}
		_ = c.serve(bufio.NewReader(bytes.NewReader(in)), io.Discard)
		if a, ok := c.parse(in); ok && !strings.HasPrefix(a.DiskPath, own) {
			t.Errorf("%q leads to %s", in, a.DiskPath)
		}
	})
}
