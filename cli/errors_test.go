package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"gekko"
)

func TestAnErrorIsToldOnceWithTheNextCommand(t *testing.T) {
	interruptedContext, interrupt := context.WithCancelCause(t.Context())
	interrupt(errInterrupted)
	for _, c := range []struct {
		name   string
		ctx    context.Context
		err    error
		want   string
		status int
	}{
		{"nothing wrong", t.Context(), nil, "", 0},
		{
			"a hint of its own", t.Context(),
			gekko.Hint(fmt.Errorf("snapshot web-20260101-000000: %w", gekko.ErrNotFound), "gekko snapshot list"),
			"gekko: snapshot web-20260101-000000: not found\nhint: gekko snapshot list\n", 1,
		},
		{
			"the usual hint of its kind", t.Context(), fmt.Errorf("caller identity: %w", gekko.ErrDenied),
			"gekko: caller identity: denied\nhint: gekko doctor\n", 1,
		},
		{
			"a wrong command line", t.Context(), badUsage("deploy: -s is missing"),
			"gekko: deploy: -s is missing\nusage: deploy -s SNAPSHOT\nhint: deploy --help\n", 2,
		},
		{
			"a person is needed", t.Context(), fmt.Errorf("group web: %w: two owners", gekko.ErrHeld),
			"gekko: group web: held: two owners\n", 5,
		},
		{"told by somebody else", t.Context(), exitStatus(7), "", 7},
		{
			"Ctrl-C, with something left", interruptedContext,
			leaves(interruptedContext, context.Canceled, "group web stays", "gekko retire -s web"),
			"gekko: interrupted: group web stays\nhint: gekko retire -s web\n", 130,
		},
		{
			"Ctrl-C, with something left that could not be taken away", interruptedContext,
			leaves(interruptedContext, gekko.Hint(fmt.Errorf("%w: %w: left behind: builder i-1", context.Canceled, gekko.ErrHeld), "gekko sweep"), "nothing", "again"),
			"gekko: interrupted: context canceled: held: left behind: builder i-1\nhint: gekko sweep\n", 130,
		},
		{"Ctrl-C, with nothing left", interruptedContext, context.Canceled, "gekko: interrupted\n", 130},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := bareEnv()
			cmd := &cobra.Command{Use: "deploy -s SNAPSHOT"}
			status := env.conclude(c.ctx, cmd, c.err)
			if got := env.Err.(*bytes.Buffer).String(); got != c.want {
				t.Error(cmp.Diff(c.want, got))
			}
			if status != c.status {
				t.Errorf("exit status %d, want %d", status, c.status)
			}
		})
	}
}

func TestLeavesSaysNothingOfAnErrorThatNobodyCaused(t *testing.T) {
	plain := errors.New("no such balancer")
	if got := leaves(t.Context(), plain, "a group", "gekko retire"); got != plain {
		t.Errorf("got %v", got)
	}
}
