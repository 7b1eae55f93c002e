package release_test

import (
	"context"

	"gekko"
	"gekko/cloud"
)

type shim struct {
	*cloud.Cloud
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
