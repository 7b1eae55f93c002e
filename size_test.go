package gekko_test

import (
	"errors"
	"testing"

	"gekko"
)

func TestSizesAreSettledBeforeAnythingIsMade(t *testing.T) {
	for _, c := range []struct {
		name     string
		in, want gekko.Size
		told     bool
		refused  bool
	}{
		{"as asked", gekko.Size{Min: 8, Max: 20, Desired: 14}, gekko.Size{Min: 8, Max: 20, Desired: 14}, false, false},
		{"the documented deploy", gekko.Size{Min: 2, Max: 6, Desired: 1}, gekko.Size{Min: 2, Max: 6, Desired: 2}, true, false},
		{"empty", gekko.Size{}, gekko.Size{}, false, false},
		{"desired above maximum", gekko.Size{Min: 1, Max: 2, Desired: 3}, gekko.Size{}, false, true},
		{"crossed", gekko.Size{Min: 5, Max: 4, Desired: 4}, gekko.Size{}, false, true},
		{"negative", gekko.Size{Min: -1, Max: 4, Desired: 4}, gekko.Size{}, false, true},
	} {
		got, said, err := c.in.Settle()
		if c.refused {
			if !errors.Is(err, gekko.ErrInvalid) {
				t.Errorf("%s: want it refused as invalid, got %v", c.name, err)
			}
			continue
		}
		if err != nil || got != c.want || (said != "") != c.told {
			t.Errorf("%s: settled to %v (%q), %v", c.name, got, said, err)
		}
	}
}

func TestAHintDoesNotChangeWhatAnErrorSaysOrIs(t *testing.T) {
	err := gekko.Hint(gekko.ErrNotFound, "gekko snapshot list")
	if !errors.Is(err, gekko.ErrNotFound) || err.Error() != gekko.ErrNotFound.Error() {
		t.Errorf("hinted error is %v", err)
	}
	if got := gekko.HintOf(err); got != "gekko snapshot list" {
		t.Errorf("hint is %q", got)
	}
	if got := gekko.HintOf(gekko.ErrNotFound); got != "" {
		t.Errorf("an error without a hint has %q", got)
	}
	if gekko.Hint(nil, "x") != nil {
		t.Error("a hint made an error of nil")
	}
}
