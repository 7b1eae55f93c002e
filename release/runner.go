package release

import (
	"context"
	"errors"

	"gekko"
)

// Deploy puts a group of a snapshot behind the balancer and waits until it
// serves.
func (r *Runner) Deploy(ctx context.Context, q DeployRequest) error { return errors.ErrUnsupported }

// PlanDeploy checks a request and gives the steps that Deploy would take.
func (r *Runner) PlanDeploy(ctx context.Context, q DeployRequest) (Plan, error) {
	return Plan{}, errors.ErrUnsupported
}

// Update sizes a group and waits until so many serve.
func (r *Runner) Update(ctx context.Context, q UpdateRequest) error { return errors.ErrUnsupported }

// PlanUpdate checks a request and gives the steps that Update would take.
func (r *Runner) PlanUpdate(ctx context.Context, q UpdateRequest) (Plan, error) {
	return Plan{}, errors.ErrUnsupported
}

// Retire takes a group out without losing a request, and deletes it.
func (r *Runner) Retire(ctx context.Context, q RetireRequest) error { return errors.ErrUnsupported }

// PlanRetire checks a request and gives the steps that Retire would take.
func (r *Runner) PlanRetire(ctx context.Context, q RetireRequest) (Plan, error) {
	return Plan{}, errors.ErrUnsupported
}

// AwaitServing waits until a group, or with no name each group of the app,
// serves with all the instances that it wants: `gekko health --wait`.
func (r *Runner) AwaitServing(ctx context.Context, s Subject, group gekko.GroupName) error {
	return errors.ErrUnsupported
}

// Leftover is what a command that was cut off has left.
type Leftover struct {
	Kind string          `json:"kind"` // group or pool
	Name string          `json:"name"`
	Why  string          `json:"why"`
	In   gekko.GroupName `json:"-"`
}

// Leftovers finds what commands that were cut off have left of an app.
func (r *Runner) Leftovers(ctx context.Context, s Subject) ([]Leftover, error) {
	return nil, errors.ErrUnsupported
}

// Sweep removes leftovers, draining what may carry requests.
func (r *Runner) Sweep(ctx context.Context, s Subject, all []Leftover) error {
	return errors.ErrUnsupported
}
