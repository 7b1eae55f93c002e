package bake_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gekko"
	"gekko/bake"
)

// A builder that was just launched may not be known yet where it is ended.
func TestABuilderThatIsNotKnownYetIsEndedAllTheSame(t *testing.T) {
	c := newCloud(t)
	c.unknown = 5
	b, l := baker(c)
	ctx, cancel := context.WithCancel(t.Context())
	b.Report = func(e gekko.Event) {
		l.report(e)
		if e.Text == "builder i-1 launched" {
			cancel()
		}
	}
	if _, _, err := b.Create(ctx, bake.Request{App: quick(c, repository(t, files))}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v; told %q", left, l.texts(gekko.Did))
	}
}

// A call that failed may have made what it was to make.
func TestWhatALostAnswerMadeIsTakenAway(t *testing.T) {
	for _, verb := range []string{"ImportKey", "OpenGroup", "LaunchBuilder"} {
		t.Run(verb, func(t *testing.T) {
			c := newCloud(t)
			c.miss = verb
			b, l := baker(c)
			_, _, err := b.Create(t.Context(), bake.Request{App: quick(c, repository(t, files))})
			if err == nil || errors.Is(err, gekko.ErrHeld) {
				t.Errorf("error %v", err)
			}
			if left := c.remains(); len(left) > 0 {
				t.Errorf("left behind: %v; told %q", left, l.texts(gekko.Did))
			}
		})
	}
}

// A builder that is stopped neither lets anybody in nor ends by itself.
func TestAStoppedBuilderIsNotKept(t *testing.T) {
	c := newCloud(t)
	c.broken["Freeze"] = gekko.ErrDenied
	b, l := baker(c)
	if _, _, err := b.Create(t.Context(), bake.Request{App: quick(c, repository(t, files)), KeepOnFailure: true}); !errors.Is(err, gekko.ErrDenied) {
		t.Errorf("error %v", err)
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v; told %q", left, l.texts(gekko.Warns))
	}
}

// An hour's work is not thrown away because the cloud is busy at its end.
func TestABusyCloudIsAskedAgain(t *testing.T) {
	c := newCloud(t)
	for _, verb := range []string{"LaunchBuilder", "StopBuilder", "ClearUserData", "Freeze", "AddTemplate", "EndBuilder"} {
		c.broken[verb] = gekko.ErrThrottled
	}
	b, _ := baker(c)
	s, _, err := b.Create(t.Context(), bake.Request{App: quick(c, repository(t, files))})
	if err != nil || !s.Ready() {
		t.Errorf("snapshot %+v, %v", s, err)
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What was made a moment ago may not be known yet where a builder is launched.
func TestAGroupThatIsNotKnownYetIsWaitedFor(t *testing.T) {
	c := newCloud(t)
	c.broken["LaunchBuilder"] = gekko.ErrNotFound
	b, _ := baker(c)
	if s, _, err := b.Create(t.Context(), bake.Request{App: quick(c, repository(t, files))}); err != nil || !s.Ready() {
		t.Errorf("snapshot %+v, %v", s, err)
	}
}

// The tags of an image may be seen later than the image.
func TestAnImageWhoseTagsLagIsWaitedFor(t *testing.T) {
	c := newCloud(t)
	c.broken["Snapshot"] = gekko.ErrRefused
	b, _ := baker(c)
	if s, _, err := b.Create(t.Context(), bake.Request{App: quick(c, repository(t, files))}); err != nil || !s.Ready() {
		t.Errorf("snapshot %+v, %v", s, err)
	}
}

// What a bake that goes on has made is not taken for what a killed one left.
func TestASecondBakeOfTheSameWorkWaitsForTheFirst(t *testing.T) {
	c := newCloud(t)
	first, _ := baker(c)
	first.Turns = t.TempDir()
	begun, seen, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	first.Report = func(e gekko.Event) {
		if e.Text == "builder i-1 launched" {
			close(begun)
			<-seen
		}
	}
	q := bake.Request{App: quick(c, repository(t, files))}
	go func() {
		_, _, err := first.Create(context.WithoutCancel(t.Context()), q)
		ended <- err
	}()
	<-begun
	second, l := baker(c)
	second.Turns = first.Turns
	waited := sync.OnceFunc(func() { close(seen) })
	second.Report = func(e gekko.Event) {
		l.report(e)
		if e.Kind == gekko.Waits {
			waited()
		}
	}
	s, existed, err := second.Create(t.Context(), q)
	if err != nil || !existed || !s.Ready() {
		t.Errorf("snapshot %+v, existed %v, %v; told %q", s, existed, err, l.texts(gekko.Did))
	}
	if err := <-ended; err != nil || len(c.snapshots) != 1 {
		t.Errorf("the first ended with %v; %d snapshots", err, len(c.snapshots))
	}
}

func TestABakeRemovesWhatKilledOnesLeftOnThisMachine(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	b.Turns = t.TempDir()
	dead := filepath.Join(b.Turns, fmt.Sprintf("gekko-bake-%d-0123456789abcdef", os.Getuid()))
	if err := os.WriteFile(dead, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := b.Create(t.Context(), bake.Request{App: quick(c, repository(t, files))})
	if left, _ := os.ReadDir(b.Turns); err != nil || len(left) != 0 {
		t.Errorf("%v; there is %v", err, left)
	}
}

// Two bakes that begin in the same second take different names, and neither
// takes away what is the other's.
func TestTwoBakesOfOneSecondDoNotMeet(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	now := time.Now()
	for i := range 3 {
		name := string(gekko.NewSnapshotName("hello", now.Add(time.Duration(i)*time.Second))) + "-builder"
		c.keys[name], c.marks[name] = newSigner(t).PublicKey(), gekko.Bake{App: "hello", ID: "other", Commit: "other"}
	}
	s, _, err := b.Create(t.Context(), bake.Request{App: quick(c, repository(t, files))})
	if left := strings.Join(c.remains(), "\n"); err != nil || strings.Count(left, "key pair") != 3 {
		t.Errorf("snapshot %+v, %v; there are\n%s", s, err, left)
	}
	if slices.Contains(c.remains(), "key pair "+string(s.Name)+"-builder") {
		t.Errorf("%s has the name of another bake", s.Name)
	}
}
