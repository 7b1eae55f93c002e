//go:build linux

package buildcache

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestTheBuildCacheCopiesWhatTheCallerHas(t *testing.T) {
	host, own := t.TempDir(), t.TempDir()
	theirs, ours := buildCache{own: host}, buildCache{own: own}
	var err error
	if ours.host, err = os.OpenRoot(host); err != nil {
		t.Fatal(err)
	}
	defer ours.host.Close()
	action, output := []byte{1, 2}, []byte{3, 4}
	if _, err := theirs.put(action, output, []byte("compiled")); err != nil {
		t.Fatal(err)
	}
	in := `{"ID":1,"Command":"get","ActionID":"AQI="}` + "\n\n" +
		`{"ID":2,"Command":"put","ActionID":"BQY=","OutputID":"Bwg=","BodySize":3}` + "\n" + `"bmV3"` + "\n" +
		`{"ID":3,"Command":"get","ActionID":"BQY="}` + "\n" + `{"ID":4,"Command":"get","ActionID":"CQo="}` + "\n" + `{"ID":5,"Command":"close"}` + "\n"
	var out bytes.Buffer
	if err := ours.serve(bufio.NewReader(strings.NewReader(in)), &out); err != nil {
		t.Fatal(err)
	}
	var got []string
	for answers := json.NewDecoder(&out); answers.More(); {
		var a cacheAnswer
		if err := answers.Decode(&a); err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(a.DiskPath)
		got = append(got, fmt.Sprintf("%d %v %s%s", a.ID, a.Miss, text, a.Err))
	}
	want := []string{"0 false ", "1 false compiled", "2 false new", "3 false new", "4 true ", "5 false "}
	if !slices.Equal(got, want) {
		t.Errorf("answers %q, want %q", got, want)
	}
	if names, _ := os.ReadDir(host); len(names) != 2 {
		t.Errorf("the caller's cache holds %v", names)
	}
}
