package demo

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// scene is one step of the demo.
type scene struct {
	name string // in the plan, the heading and the report
	play func(ctx context.Context) error
}

// How hard the service is asked, and what is waited for.
const (
	requestsPerSecond = 500
	lookAround        = 4 * time.Second // of traffic side by side
	patience          = 20 * time.Second
)

const growing = "grow version 1 by hand"

// scenes are the procedure by hand as far as the first version, and twice all
// of it by itself.
func (s *show) scenes() []scene {
	all := []scene{
		{name: "start a cloud on this machine", play: s.startCloud},
		{name: "make a Git repository with three versions of a service", play: s.makeRepository},
		{name: "bake version 1 into a snapshot", play: s.bake("1")},
		{name: "deploy version 1 by hand", play: s.deploy("1", "--min-size", "2", "--max-size", "6", "--desired-capacity", "1")},
		{name: "start steady traffic", play: s.startTraffic},
		{name: growing, play: s.grow},
		{name: "release version 2, by one command", play: s.release("2", promoted)},
		{name: "release version 3, which has a fault", play: s.release(faulty, rejected)},
		{name: "see version 2 serve alone, and what is remembered", play: s.recall},
	}
	if s.Balancer == "classic" { // where each look at health takes longer
		all = slices.DeleteFunc(all, func(x scene) bool { return x.name == growing })
	}
	return all
}

// timing is a scene that was played.
type timing struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// play plays the scenes until one fails.
func (s *show) play(ctx context.Context) error {
	all := s.scenes()
	for i, scene := range all {
		s.screen.begin(i+1, len(all), scene.name)
		began := time.Now()
		err := scene.play(ctx)
		took := time.Since(began)
		s.timings = append(s.timings, timing{scene.name, took.Seconds()})
		s.screen.done(took, err)
		if err != nil {
			return fmt.Errorf("%s: %w", scene.name, err)
		}
	}
	s.traffic.stop()
	return nil
}
