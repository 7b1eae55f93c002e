package scaling_test

import (
	"slices"
	"testing"

	"gekko/local/loop"
	"gekko/local/metrics"
	"gekko/local/scaling"
	"gekko/local/wire"
)

func TestEveryFieldThatIsReadExists(t *testing.T) {
	m := wire.NewMux(wire.Options{})
	l, r := &loop.Loop{}, &region{}
	scaling.New(scaling.Options{Loop: l, Compute: r, Balancers: r, Metrics: metrics.New(metrics.Options{Loop: l})}).Register(m)
	if !slices.ContainsFunc(m.Operations(), func(o wire.Operation) bool { return o.Name == "CreateAutoScalingGroup" }) {
		t.Error("CreateAutoScalingGroup is not served")
	}
}
