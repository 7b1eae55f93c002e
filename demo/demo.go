// Package demo shows the whole procedure on one machine: it starts the embedded
// cloud, bakes and deploys a service by hand, lets gekko release a good version
// and a faulty one under live traffic, and counts what became of every request.
//
// It knows the embedded cloud and nothing else of gekko: it gives the same
// commands as a person would, to this same program, in an environment that
// points them at that cloud.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"
)

// Options say how the demo is shown and what it runs.
type Options struct {
	Terminal Terminal
	Colour   bool

	Source   fs.FS  // the example service, with its gekko.yaml
	Program  string // this program
	Balancer string // alb or classic
	Confine  string // force a confinement of instances; empty: the best that is to be had
	Report   string // file to write the report to; empty: none
	Keep     bool   // stay until ctx ends, for a look around
	Log      *slog.Logger
}

// ErrFailed is a demo that did not show what it is for.
var ErrFailed = errors.New("the demo failed")

// Run runs the demo to its end. Whatever it started has ended when it returns.
func Run(ctx context.Context, o Options) (err error) {
	s := &show{
		Options: o,
		screen:  &screen{Terminal: o.Terminal, colour: o.Colour},
		names:   map[string]string{},
	}
	defer func() { err = errors.Join(err, s.end()) }()
	s.screen.plan(s.scenes())
	began := time.Now()
	err = s.play(ctx)
	report := s.report(err == nil, time.Since(began))
	s.screen.summary(report)
	if o.Report != "" {
		err = errors.Join(err, report.write(o.Report))
	}
	if err == nil && !report.OK {
		err = fmt.Errorf("%w: not every request was answered, and well by versions 1 and 2", ErrFailed)
	}
	if err == nil && o.Keep {
		s.stay(ctx)
	}
	return err
}
