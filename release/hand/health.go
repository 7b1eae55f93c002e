package hand

import (
	"context"

	"gekko"
)

// AwaitServing waits until a group, or with no name each group of the app,
// serves with all the instances that it wants: `gekko health --wait`.
func (r *Runner) AwaitServing(ctx context.Context, s Subject, group gekko.GroupName) error {
	if group != "" {
		subject, f, err := r.observe(ctx, s, group)
		if err != nil {
			return err
		}
		if _, err := Own(f, group); err != nil {
			return err
		}
		s = subject
	}
	return r.walk(ctx, s, func(f gekko.Fleet) []Step {
		var steps []Step
		for _, g := range f.Groups {
			if g.App == f.App && (group == "" || g.Name == group) && !g.Out.Leaving() && !serves(g) {
				steps = append(steps, AwaitServing{g.Name, g.Size.Desired})
			}
		}
		return steps
	})
}
