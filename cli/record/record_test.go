package record

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/judge"
)

func TestARecordingThatFindsNoRoomEndsAndSaysSo(t *testing.T) {
	folder := t.TempDir()
	if err := os.Symlink("/dev/full", filepath.Join(folder, "web-20260131-110000.csv")); err != nil {
		t.Fatal(err)
	}
	var said []string
	r, err := New(folder, "web-20260131-110000", time.Minute, func(s string) { said = append(said, s) })
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for n := range 2 {
		if err := r.Minute(gekko.Minute{At: time.Date(2026, 1, 31, 12, n, 0, 0, time.UTC)}); err != nil {
			t.Error(err)
		}
	}
	want := []string{"record: write " + r.rows.Name() + ": no space left on device; the release goes on, and is not recorded any more"}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
}

func TestARecordingWithoutRowsBeginsAnew(t *testing.T) {
	folder, begun := t.TempDir(), time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	file := filepath.Join(folder, "web-20260131-110000.csv")
	for n := range 3 {
		r, err := New(folder, "web-20260131-110000", time.Minute, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Minute(gekko.Minute{At: begun, New: []gekko.Sample{{Requests: 20}}}); err != nil {
			t.Fatal(err)
		}
		r.Close()
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(judge.Heading()+"0,new,,20,0,0,0,0,0,\n", string(got)); d != "" {
			t.Errorf("the %d. time: %s", n+1, d)
		}
		if n == 0 {
			err = os.Truncate(file, 0)
		} else {
			err = os.Remove(file)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestARecordingGoesOnWhereItEnded(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "kept")
	begun := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	minute := func(n int) gekko.Minute {
		return gekko.Minute{
			At:  begun.Add(time.Duration(n) * time.Minute),
			Old: []gekko.Sample{{Zone: "a", Requests: 100, Errors: 1}, {Zone: "b", Requests: 50, Slow: 2}},
			New: []gekko.Sample{{Requests: 20.5}}, Alone: n > 1,
		}
	}
	for _, run := range [][]int{{0, 1}, {0, 1, 3}} {
		r, err := New(folder, "web-20260131-110000", time.Minute, func(s string) { t.Error(s) })
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range run {
			if err := r.Minute(minute(n)); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Console("web-20260131-110000", map[gekko.InstanceID]string{"i-1": "panic: no\n"}); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	for file, want := range map[string]string{
		"web-20260131-110000.csv": judge.Heading() +
			"0,old,a,100,1,0,0,0,0,\n0,old,b,50,0,2,0,0,0,\n0,new,,20.5,0,0,0,0,0,\n" +
			"1,old,a,100,1,0,0,0,0,\n1,old,b,50,0,2,0,0,0,\n1,new,,20.5,0,0,0,0,0,\n" +
			"3,old,a,100,1,0,0,0,0,3\n3,old,b,50,0,2,0,0,0,3\n3,new,,20.5,0,0,0,0,0,3\n",
		"i-1.console": "panic: no\n",
	} {
		got, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, string(got)); d != "" {
			t.Errorf("%s: %s", file, d)
		}
	}
}
