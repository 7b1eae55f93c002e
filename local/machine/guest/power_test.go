//go:build linux

package guest

import (
	"testing"
	"time"
)

func TestAnEndIsPlannedForTheTimeGiven(t *testing.T) {
	now := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{"now": 0, "+5": 5 * time.Minute, "3": 3 * time.Minute, "23:30": 90 * time.Minute, "21:00": 23 * time.Hour} {
		if got, err := whenToEnd(text, now); err != nil || got != want {
			t.Errorf("%s: in %v, %v, want %v", text, got, err, want)
		}
	}
	if _, err := whenToEnd("soon", now); err == nil {
		t.Error("soon is a time")
	}
}
