package cloud

import (
	"context"
	"errors"
	"time"

	"gekko"
)

// Observe gives an app's groups and whatever else is behind the balancer.
func (c *Cloud) Observe(ctx context.Context, app gekko.AppName, b gekko.Balancer) (gekko.Fleet, error) {
	return gekko.Fleet{}, errors.ErrUnsupported
}

// Site says where a group may run; no subnets stand for the balancer's own.
func (c *Cloud) Site(ctx context.Context, b gekko.Balancer, subnets []string) (gekko.Site, error) {
	return gekko.Site{}, errors.ErrUnsupported
}

func (c *Cloud) Traffic(ctx context.Context, f gekko.Fleet, span, period time.Duration) ([]gekko.Traffic, error) {
	return nil, errors.ErrUnsupported
}

func (c *Cloud) Load(ctx context.Context, f gekko.Fleet, period time.Duration) (gekko.Load, error) {
	return gekko.Load{}, errors.ErrUnsupported
}

func (c *Cloud) Launch(ctx context.Context, l gekko.Launch) error { return errors.ErrUnsupported }

func (c *Cloud) Resize(ctx context.Context, name gekko.GroupName, s gekko.Size) error {
	return errors.ErrUnsupported
}

func (c *Cloud) Activities(ctx context.Context, name gekko.GroupName, since time.Time) ([]gekko.Activity, error) {
	return nil, errors.ErrUnsupported
}

func (c *Cloud) Mark(ctx context.Context, name gekko.GroupName, idle, left time.Time) error {
	return errors.ErrUnsupported
}

func (c *Cloud) Detach(ctx context.Context, name gekko.GroupName, f gekko.Fleet) error {
	return errors.ErrUnsupported
}

func (c *Cloud) Attached(ctx context.Context, name gekko.GroupName, f gekko.Fleet) (bool, error) {
	return false, errors.ErrUnsupported
}
func (c *Cloud) Free(ctx context.Context, name gekko.GroupName) error { return errors.ErrUnsupported }
func (c *Cloud) Delete(ctx context.Context, name gekko.GroupName, withInstances bool) error {
	return errors.ErrUnsupported
}

func (c *Cloud) Adoption(ctx context.Context, name gekko.GroupName, app gekko.AppName) (gekko.Adoption, error) {
	return gekko.Adoption{}, errors.ErrUnsupported
}

func (c *Cloud) Adopt(ctx context.Context, a gekko.Adoption, b gekko.Balancer) error {
	return errors.ErrUnsupported
}

func (c *Cloud) MakePool(ctx context.Context, f gekko.Fleet, s gekko.Snapshot) error {
	return errors.ErrUnsupported
}

func (c *Cloud) Weigh(ctx context.Context, f gekko.Fleet, rule string, weights map[string]int) error {
	return errors.ErrUnsupported
}

func (c *Cloud) Leave(ctx context.Context, f gekko.Fleet, rule, pool string) error {
	return errors.ErrUnsupported
}

func (c *Cloud) RemovePool(ctx context.Context, app gekko.AppName, pool string) error {
	return errors.ErrUnsupported
}

func (c *Cloud) LonelyPools(ctx context.Context, app gekko.AppName) ([]gekko.Pool, error) {
	return nil, errors.ErrUnsupported
}
