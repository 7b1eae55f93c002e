package prune_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/prune"
)

// baked is a snapshot of the nth day.
func baked(day int) gekko.Snapshot {
	return gekko.Snapshot{Name: onDay(day), State: gekko.SnapshotAvailable, Template: "lt-1", Image: "ami-1"}
}

func onDay(day int) gekko.SnapshotName {
	return gekko.SnapshotName(fmt.Sprintf("web-202601%02d-120000", day))
}

// shelf is a cloud's snapshots in memory.
type shelf struct {
	all      []gekko.Snapshot
	uses     map[gekko.SnapshotName][]string
	outcomes []gekko.Outcome
	busy     gekko.SnapshotName
	deleted  []gekko.SnapshotName
}

func (s *shelf) Snapshots(context.Context, gekko.AppName) ([]gekko.Snapshot, error) {
	return s.all, nil
}

func (s *shelf) Uses(context.Context, gekko.AppName) (map[gekko.SnapshotName][]string, error) {
	return s.uses, nil
}

func (s *shelf) Outcomes(context.Context, gekko.AppName) ([]gekko.Outcome, error) {
	return s.outcomes, nil
}

func (s *shelf) DeleteSnapshot(_ context.Context, snapshot gekko.Snapshot) error {
	if snapshot.Name == s.busy {
		return fmt.Errorf("snapshot %s: %w", snapshot.Name, gekko.ErrConflict)
	}
	s.deleted = append(s.deleted, snapshot.Name)
	return nil
}

func TestOnlyWhatNothingNeedsGoes(t *testing.T) {
	failed, pending, bare := baked(8), baked(9), baked(7)
	failed.State, pending.State, bare.Template = gekko.SnapshotFailed, gekko.SnapshotPending, ""
	for _, c := range []struct {
		name     string
		all      []gekko.Snapshot
		keep     int
		uses     map[gekko.SnapshotName][]string
		outcomes []gekko.Outcome
		want     string // a letter each: . goes, n newest, u in use, b rollback, m being made
	}{
		{name: "nothing", want: ""},
		{name: "the newest", all: []gekko.Snapshot{baked(1), baked(2), baked(3)}, keep: 2, want: ".nn"},
		{name: "fewer than are kept", all: []gekko.Snapshot{baked(1)}, keep: 5, want: "n"},
		{name: "what is in use", all: []gekko.Snapshot{baked(1), baked(2), baked(3)}, keep: 1, uses: map[gekko.SnapshotName][]string{onDay(1): {"group web"}}, want: "u.n"},
		{
			name: "what a rollback returns to", all: []gekko.Snapshot{baked(1), baked(2), baked(3)}, keep: 1,
			outcomes: []gekko.Outcome{
				{Snapshot: onDay(3), Old: gekko.GroupName(onDay(2)), Ending: gekko.Promoted},
				{Snapshot: onDay(2), Old: gekko.GroupName(onDay(1)), Ending: gekko.Promoted},
			},
			want: ".bn",
		},
		{
			name: "rejected ones take no good one's place", all: []gekko.Snapshot{baked(1), baked(2), baked(3), baked(4)}, keep: 2,
			outcomes: []gekko.Outcome{{Snapshot: onDay(4), Ending: gekko.Rejected}, {Snapshot: onDay(3), Ending: gekko.Rejected}},
			want:     "nnnn",
		},
		{
			name: "an old rejected one", all: []gekko.Snapshot{baked(1), baked(2), baked(3)}, keep: 2,
			outcomes: []gekko.Outcome{{Snapshot: onDay(1), Ending: gekko.Rejected}}, want: ".nn",
		},
		{name: "one that is being made, and one that failed", all: []gekko.Snapshot{baked(1), bare, failed, pending}, keep: 1, want: "nn.m"},
		{name: "none", all: []gekko.Snapshot{baked(1), baked(2)}, keep: 0, want: ".."},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got strings.Builder
			for _, f := range prune.Fates(c.all, c.keep, c.uses, c.outcomes) {
				switch {
				case f.Stays == "":
					got.WriteString(".")
				case strings.HasPrefix(f.Stays, "in use by"):
					got.WriteString("u")
				case strings.HasPrefix(f.Stays, "among the newest"):
					got.WriteString("n")
				case strings.HasPrefix(f.Stays, "a rollback"):
					got.WriteString("b")
				case strings.HasPrefix(f.Stays, "it is being made"):
					got.WriteString("m")
				}
			}
			if got.String() != c.want {
				t.Errorf("got %q, want %q", got.String(), c.want)
			}
		})
	}
}

func TestWhatCameIntoUseMeanwhileStays(t *testing.T) {
	s := &shelf{all: []gekko.Snapshot{baked(1), baked(2), baked(3)}, busy: onDay(2)}
	fates, err := prune.Choose(t.Context(), s, "web", 1)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	err = prune.Delete(t.Context(), s, fates, func(e gekko.Event) { told = append(told, string(e.Kind)) })
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]gekko.SnapshotName{onDay(1)}, s.deleted); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"did", "warns"}, told); d != "" {
		t.Error(d)
	}
}
