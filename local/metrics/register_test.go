package metrics_test

import (
	"slices"
	"testing"

	"gekko/local/loop"
	"gekko/local/metrics"
	"gekko/local/wire"
)

func TestEveryFieldThatIsReadExists(t *testing.T) {
	m := wire.NewMux(wire.Options{})
	metrics.New(metrics.Options{Loop: &loop.Loop{}}).Register(m)
	if !slices.ContainsFunc(m.Operations(), func(o wire.Operation) bool { return o.Name == "GetMetricData" }) {
		t.Error("GetMetricData is not served")
	}
}
