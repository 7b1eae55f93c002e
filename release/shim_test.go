package release_test

import (
	"context"
	"time"

	"gekko"
	"gekko/cloud"
)

type shim struct {
	*cloud.Cloud
	ended *[]gekko.Outcome
}

func (s shim) End(_ context.Context, o gekko.Outcome) error {
	*s.ended = append(*s.ended, o)
	return nil
}

func (s shim) Outcomes(context.Context, gekko.AppName) ([]gekko.Outcome, error) {
	return *s.ended, nil
}

func (s shim) Threshold(context.Context, gekko.Fleet, gekko.GroupName, time.Time, time.Duration) (time.Duration, error) {
	return time.Second, nil
}

func (s shim) Samples(_ context.Context, f gekko.Fleet, old, new gekko.GroupName, threshold time.Duration, from, to time.Time, period time.Duration) ([]gekko.Minute, error) {
	var all []gekko.Minute
	for ; from.Before(to); from = from.Add(period) {
		all = append(all, gekko.Minute{At: from, Old: []gekko.Sample{{Requests: 4000, Errors: 4, Slow: 40, Hosts: 6}}, New: []gekko.Sample{{Requests: 2000, Errors: 2, Slow: 20, Hosts: 3}}})
	}
	return all, nil
}

func (s shim) Glance(ctx context.Context, f gekko.Fleet) (gekko.Fleet, error) {
	return s.Observe(ctx, f.App, f.Balancer)
}

func (s shim) Console(ctx context.Context, group gekko.GroupName) (map[gekko.InstanceID]string, error) {
	return nil, nil
}

func (s shim) CarryOver(ctx context.Context, f gekko.Fleet, from, to gekko.GroupName) error {
	return nil
}

func (s shim) Differences(ctx context.Context, f gekko.Fleet, from, to gekko.GroupName) ([]string, error) {
	return nil, nil
}
func (s shim) Scales(ctx context.Context, g gekko.GroupName) (bool, error) { return false, nil }
func (s shim) Obstacles(ctx context.Context, f gekko.Fleet, live gekko.GroupName) ([]string, error) {
	return nil, nil
}

func (s shim) NotCarried(ctx context.Context, f gekko.Fleet, live gekko.GroupName) ([]string, error) {
	return nil, nil
}
