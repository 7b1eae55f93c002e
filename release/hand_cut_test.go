package release_test

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/local"
)

var deep = flag.Bool("deep", false, "cut at every call and in every way: takes long")

// TestACutCommandEndsLikeAnUncutOne cuts deploy, update and retire at each of
// their writes, before it and after it took effect, and runs them again. Users
// call meanwhile.
func TestACutCommandEndsLikeAnUncutOne(t *testing.T) {
	for _, b := range []gekko.Balancer{onALB, onClassic} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v, after %v", b, after), func(t *testing.T) {
				bubble(t, func(t *testing.T) { cutEverywhere(t, b, after) })
			})
		}
	}
}

func cutEverywhere(t *testing.T, b gekko.Balancer, after bool) {
	w := newWorld(t, b, func(o *local.Options) { o.Period = time.Minute })
	w.poll = 20 * time.Second
	w.snapshot(first)
	w.snapshot(second)
	w.check(w.deploy(t.Context(), first, size(3, 4, 3)))
	stop := w.users(3 * time.Second)
	start := w.ends()
	cuts := 0
	for n, more := int64(1), true; more; n++ {
		more = false
		for _, command := range []func(context.Context) error{
			func(ctx context.Context) error { return w.deploy(ctx, second, size(2, 4, 2)) },
			func(ctx context.Context) error { return w.update(ctx, second, size(3, 4, 3)) },
			func(ctx context.Context) error { return w.retire(ctx, second) },
		} {
			if w.cutAt(n, after, command) {
				cuts, more = cuts+1, true
			}
		}
		if diff := cmp.Diff(start, w.ends()); diff != "" {
			t.Fatalf("cut at %d: the end differs (-want +got):\n%s\n%s", n, diff, strings.Join(w.report, "\n"))
		}
		w.report = nil
	}
	w.noneLost(stop())
	t.Logf("%d cuts", cuts)
}

// cutAt runs a command, cut off at its nth call, and again until it is through.
// It says whether there was such a call.
func (w *world) cutAt(n int64, after bool, command func(context.Context) error) bool {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	w.wire.cut.Store(&cut{n: n, after: after, writes: !*deep, end: cancel})
	err := command(ctx)
	w.wire.cut.Store(nil)
	if err == nil {
		return false
	}
	if ctx.Err() == nil {
		w.t.Fatalf("cut at %d: %v", n, err)
	}
	if err := command(w.t.Context()); err != nil {
		w.t.Fatalf("again after a cut at %d: %v\n%s", n, err, strings.Join(w.report, "\n"))
	}
	return true
}
