package cli

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/spf13/pflag"

	"gekko"
	"gekko/cloud"
	"gekko/release/hand"
)

// runner carries the steps of a release out in this cloud. On this machine a
// second is what a minute is elsewhere.
func runner(c *cloud.Cloud, report gekko.Reporter) *hand.Runner {
	r := &hand.Runner{Cloud: c, Report: report}
	if c.Loopback() {
		r.Short()
	}
	return r
}

// carryOut shows a plan, or lets it happen with its progress told.
func (c *change) carryOut(ctx context.Context, env *Env, in *cloud.Cloud,
	plan func(*hand.Runner) (hand.Plan, error), do func(*hand.Runner) error,
) error {
	if c.dryRun {
		p, err := plan(runner(in, nil))
		if err != nil {
			return err
		}
		return printPlan(env, p)
	}
	progress := newProgress(env)
	defer progress.end()
	var begun atomic.Bool
	err := do(runner(in, func(e gekko.Event) {
		begun.Store(begun.Load() || e.Kind == gekko.Did)
		progress.report(e)
	}))
	if err != nil && begun.Load() {
		return &halfway{err}
	}
	return err
}

func printPlan(env *Env, p hand.Plan) error {
	for _, s := range p.Says {
		env.complain("note: ", s)
	}
	for _, s := range p.Steps {
		if _, err := fmt.Fprintln(env.Out, s); err != nil {
			return err
		}
	}
	if len(p.Steps) == 0 {
		fmt.Fprintln(env.Err, "Nothing is left to be done.")
	}
	return nil
}

// sizes are the flags of a group's size, as Auto Scaling calls them.
type sizes struct {
	flags *pflag.FlagSet
	size  gekko.Size
}

func (s *sizes) bind(f *pflag.FlagSet) {
	s.flags = f
	f.IntVar(&s.size.Min, "min-size", 0, "never fewer than `N` instances")
	f.IntVar(&s.size.Max, "max-size", 0, "never more than `N` instances")
	f.IntVar(&s.size.Desired, "desired-capacity", 0, "begin with `N` instances")
}

// given says which of the flags were.
func (s *sizes) given() (minimum, maximum, desired bool) {
	return s.flags.Changed("min-size"), s.flags.Changed("max-size"), s.flags.Changed("desired-capacity")
}

// over is a size with the flags that were given put over it. A desired capacity
// that nobody asked for keeps within a maximum that somebody did.
func (s *sizes) over(size gekko.Size) gekko.Size {
	minimum, maximum, desired := s.given()
	if minimum {
		size.Min = s.size.Min
	}
	if maximum {
		size.Max = s.size.Max
	}
	switch {
	case desired:
		size.Desired = s.size.Desired
	case maximum && s.size.Max >= 0:
		size.Desired = min(size.Desired, s.size.Max)
	}
	return size
}

// weight is the flag of a group's share of the requests.
type weight struct {
	flags   *pflag.FlagSet
	percent int
}

func (w *weight) bind(f *pflag.FlagSet) {
	w.flags = f
	f.IntVar(&w.percent, "weight-percent", 0, "send it this `share` of all requests, 0 to 100 (default: its share of healthy instances; ALB only)")
}

// chosen is nil if no share was asked for.
func (w *weight) chosen() *int {
	if !w.flags.Changed("weight-percent") {
		return nil
	}
	return &w.percent
}
