package release

import (
	"context"
	"slices"

	"gekko"
	"gekko/release/phase"
)

// look looks at the fleet: at all of it, or only at what changes by itself.
func (w *work) look(ctx context.Context, glance bool) (gekko.Fleet, error) {
	var err error
	if glance && w.fleet.ID != "" {
		w.fleet, err = w.e.Cloud.Glance(ctx, w.fleet)
	} else {
		w.fleet, err = w.e.Cloud.Observe(ctx, w.q.App, w.q.Balancer)
	}
	return w.fleet, err
}

// view makes of a fleet what it is decided from.
func (w *work) view(ctx context.Context, f gekko.Fleet, r gekko.Release) (phase.View, error) {
	v := phase.NewView(f, r)
	v.Runner, v.Keeps = w.e.runner(), w.keep != nil
	v.Accepts = func(name string) bool { return slices.Contains(w.q.Accept, name) }
	var err error
	if v.Policies, err = w.policies(v.New.Policy); err != nil {
		return v, err
	}
	return v, w.e.fold(ctx, &w.evidence, &v, w.keep)
}

// policies reads a tag once.
func (w *work) policies(words string) (phase.Policies, error) {
	if w.read != nil && w.words == words {
		return *w.read, nil
	}
	p, err := phase.ReadPolicies(words)
	if err == nil {
		w.words, w.read = words, &p
	}
	return p, err
}

// plan decides, and looks at what that asks for.
func (w *work) plan(ctx context.Context, v *phase.View) (phase.Plan, error) {
	for {
		p := phase.Decide(*v)
		if p.Looks&^v.Seen == 0 {
			return p, nil
		}
		if err := w.e.seek(ctx, v, p.Looks&^v.Seen); err != nil {
			return p, err
		}
	}
}
