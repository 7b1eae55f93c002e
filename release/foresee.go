package release

import (
	"context"

	"gekko/release/phase"
)

// Plan checks a request and tells what a release would do, with times, if all
// goes well.
func (e *Engine) Plan(ctx context.Context, q Request) (Foresight, error) {
	w := &work{e: e, q: q}
	f, err := w.look(ctx, false)
	if err != nil {
		return Foresight{}, err
	}
	m := phase.Model{Runner: e.runner(), Fleet: f, Begun: f.At}
	if g, there := f.UnderWay(); there {
		m.Record = g.Release
		if m.Policies, err = phase.ReadPolicies(g.Policy); err != nil {
			return Foresight{}, err
		}
		return Foresight{Steps: m.Run(nil)}, nil
	}
	s, o, err := e.preflight(ctx, q, f)
	if err != nil {
		return Foresight{}, err
	}
	if o != nil {
		return Unforeseen(endedAlready(*o)), nil
	}
	m.Record, m.Policies, m.Track = s.r, s.to, s.from.Plan.TargetTracking
	return Foresight{Steps: m.Run(s.steps()), Says: s.says, Unchecked: s.unchecked}, nil
}

// Unforeseen is a foresight without a step, and why.
func Unforeseen(why string) Foresight {
	return Foresight{Steps: []phase.Timed{}, Says: []string{why}}
}
