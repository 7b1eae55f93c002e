package gekko_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"gekko"
)

func TestSnapshotNamesAreTheAppAndTheTimeInUTC(t *testing.T) {
	berlin := time.FixedZone("CEST", 2*60*60)
	name := gekko.NewSnapshotName("gekko", time.Date(2013, 4, 12, 16, 47, 3, 999, berlin))
	if name != "gekko-20130412-144703" {
		t.Errorf("name is %s", name)
	}
	if app := name.App(); app != "gekko" {
		t.Errorf("app is %q", app)
	}
	if at := name.Time(); !at.Equal(time.Date(2013, 4, 12, 14, 47, 3, 0, time.UTC)) {
		t.Errorf("time is %v", at)
	}
}

func TestAnAdoptedGroupsNameNamesNoApp(t *testing.T) {
	// The last hyphen but one stands where a snapshot's stamp would begin.
	if app := gekko.SnapshotName("web-blue-production").App(); app != "" {
		t.Errorf("app is %q", app)
	}
}

func TestSnapshotNamesAreParsedStrictly(t *testing.T) {
	for _, c := range []struct {
		in   string
		fine bool
	}{
		{"gekko-20130412-144703", true},
		{"a-20130412-144703", true},
		{"my-app-2-20130412-144703", true},
		{"sixteen-letters1-20130412-144703", true},
		{"seventeen-letters-20130412-144703", false},
		{"20130412-144703", false},
		{"-20130412-144703", false},
		{"Gekko-20130412-144703", false},
		{"gekko-20130412-144760", false},
		{"gekko-20131312-144703", false},
		{"gekko-20130412144703", false},
		{"gekko-20130412-144703 ", false},
		{"gekko-.0130412-144703", false},
		{"", false},
	} {
		name, err := gekko.ParseSnapshotName(c.in)
		switch {
		case c.fine && (err != nil || string(name) != c.in):
			t.Errorf("%q: %v", c.in, err)
		case !c.fine && !errors.Is(err, gekko.ErrInvalid):
			t.Errorf("%q: want it refused as invalid, got %q, %v", c.in, name, err)
		}
	}
}

func TestSnapshotNamesSortByTimeWhateverTheirApp(t *testing.T) {
	names := []gekko.SnapshotName{"b-20130412-144703", "a-20130412-144704", "a-20130412-144703", "c-20120101-000000"}
	slices.SortFunc(names, gekko.CompareSnapshotNames)
	want := []gekko.SnapshotName{"c-20120101-000000", "a-20130412-144703", "b-20130412-144703", "a-20130412-144704"}
	if !slices.Equal(names, want) {
		t.Errorf("sorted %v, want %v", names, want)
	}
}

func TestAnyNameThatIsParsedFitsATargetGroup(t *testing.T) {
	name, err := gekko.ParseSnapshotName("sixteen-letters1-20130412-144703")
	if err != nil || len(name) != 32 {
		t.Errorf("the longest name has %d characters, %v; a target group's may have 32", len(name), err)
	}
}

func FuzzParseSnapshotName(f *testing.F) {
	for _, seed := range []string{"gekko-20130412-144703", "a-b-19990230-000000", "-", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := gekko.ParseSnapshotName(s)
		if err == nil && gekko.NewSnapshotName(name.App(), name.Time()) != name {
			t.Errorf("%q does not come back from its app and time", s)
		}
	})
}
