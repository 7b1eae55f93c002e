package demo

import (
	"context"
	"fmt"
	"time"
)

// scene is one step of the demo.
type scene struct {
	name string // in the plan, the heading and the report
	play func(ctx context.Context) error
}

// Sizes of the groups, and how hard the service is asked.
const (
	requestsPerSecond = 150
	lookAround        = 4 * time.Second // of traffic side by side, and after the end
)

// scenes are the whole procedure, in order.
func (s *show) scenes() []scene {
	return []scene{
		{name: "start a cloud on this machine", play: s.startCloud},
		{name: "make a Git repository with two versions of a service", play: s.makeRepository},
		{name: "bake version 1 into a snapshot", play: s.bake("1")},
		{name: "deploy version 1", play: s.deploy("1", "--min-size", "2", "--max-size", "6", "--desired-capacity", "1")},
		{name: "start steady traffic", play: s.startTraffic},
		{name: "bake version 2", play: s.bake("2")},
		{name: "deploy version 2 side by side", play: s.deploy("2", "--min-size", "1", "--max-size", "4", "--desired-capacity", "1")},
		{name: "watch both serve", play: s.watchSplit},
		{name: "grow version 2 to production size", play: s.grow},
		{name: "retire version 1", play: s.retire},
		{name: "watch version 2 serve alone", play: s.watchLast},
	}
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
	return s.traffic.stop()
}
