package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"time"
)

// Released is what became of one release, for programs.
type Released struct {
	Version string  `json:"version"` // the snapshot's name
	Outcome string  `json:"outcome"` // promoted or rejected
	Lost    int     `json:"lost"`    // requests, by gekko's doing
	Seconds float64 `json:"seconds"`
}

// Outcomes of a release that left nothing over, with the exit status of each.
const (
	promoted = "promoted"
	rejected = "rejected"

	exitRejected = 3
)

// release lets gekko release a version all by itself; want is how that should
// end. Meanwhile a look is taken at both versions side by side.
func (s *show) release(version, want string) func(context.Context) error {
	return func(ctx context.Context) error {
		from, began := s.traffic.counts(), time.Now()
		looking, over := context.WithCancel(ctx)
		var looks sync.WaitGroup
		looks.Go(func() { s.lookOn(looking, version) })
		out, err := s.gekko(ctx, "release", "--ref", "v"+version, "--json",
			"--min-size", "6", "--max-size", "9", "--desired-capacity", "6")
		over()
		looks.Wait()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == exitRejected {
			err = nil
		}
		if err != nil {
			return err
		}
		var outcome struct{ Snapshot, Ending, Judged, Cause, Grounds string }
		if err := json.Unmarshal(out, &outcome); err != nil {
			return fmt.Errorf("release --json: %w", err)
		}
		s.names[version] = outcome.Snapshot
		lost := s.traffic.counts().since(from).failed
		s.releases = append(s.releases, Released{outcome.Snapshot, outcome.Ending, lost, time.Since(began).Seconds()})
		s.screen.say(fmt.Sprintf("%s: %s; %d requests lost", outcome.Snapshot, outcome.Ending, lost))
		if outcome.Ending != want {
			return fmt.Errorf("version %s was %s, not %s", version, outcome.Ending, want)
		}
		return nil
	}
}

// lookOn shows the groups side by side once the version has answered for a
// moment, unless the release is over before.
func (s *show) lookOn(ctx context.Context, version string) {
	from := s.traffic.counts()
	answers := func(c counts) bool { return c.since(from).versions[version].Requests > 0 }
	if s.traffic.await(ctx, time.Minute, 0, answers) != nil {
		return
	}
	from = s.traffic.counts()
	if s.traffic.await(ctx, time.Minute, lookAround, answers) != nil {
		return
	}
	s.screen.say("answered since: " + s.traffic.counts().since(from).split())
	s.gekko(ctx, "status", "--last", "4s")
}
