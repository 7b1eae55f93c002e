package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// release tells what a release of a day costs in virtual time, as its test
// measures it.
func release(ctx context.Context, _ *rig) ([]row, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "./release", "-run", "^TestADayCostsLittle$", "-count=1", "-v")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	_, line, there := strings.Cut(string(out), "a day: ")
	if !there {
		return nil, errors.New("the test of a day says nothing")
	}
	var ms int64
	var calls, dear, ticks, describes int
	var waste float64
	if _, err := fmt.Sscanf(line, "%d ms, %d calls, %d of %d ticks above %d describes, %f %% waste", &ms, &calls, &dear, &ticks, &describes, &waste); err != nil {
		return nil, fmt.Errorf("%q: %w", line, err)
	}
	count := func(n int) string { return fmt.Sprint(n) }
	percent := func(x float64) string { return fmt.Sprintf("%.2f %%", x) }
	return []row{
		below("a release of 24 h, in virtual time", time.Duration(ms)*time.Millisecond, 2*time.Second, seconds),
		below("its calls", calls, 8000, count),
		below("its calls in a tick, mean", float64(calls)/float64(ticks), 7, func(x float64) string { return fmt.Sprintf("%.1f", x) }),
		below(fmt.Sprintf("its ticks above %d describes or 1 GetMetricData", describes), 100*float64(dear)/float64(ticks), 3, percent),
		below("its time that is neither policy nor boot nor drain", waste, 2, percent),
	}, nil
}
