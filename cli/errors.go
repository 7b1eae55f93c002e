package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/release"
)

// Exit statuses.
const (
	exitDone        = 0
	exitError       = 1
	exitUsage       = 2
	exitRejected    = 3 // a release was taken back and nothing is left over
	exitDirty       = 4 // a release was left half done
	exitHeld        = 5 // a person is needed
	exitInterrupted = 130
)

// errInterrupted is why a context ended at a Ctrl-C.
var errInterrupted = errors.New("interrupted")

// exitStatus is an error that has been told already: only its number counts.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// conclude is the only place that prints an error: what and why in one line,
// then the next command to try in another. It gives the exit status.
func (e *Env) conclude(ctx context.Context, cmd *cobra.Command, err error) int {
	if err == nil {
		return exitDone
	}
	if told, ok := errors.AsType[exitStatus](err); ok {
		return int(told)
	}
	status, hint := exitError, gekko.HintOf(err)
	switch {
	case errors.Is(context.Cause(ctx), errInterrupted):
		status, err = exitInterrupted, interrupted(err)
	case errors.Is(err, release.ErrRejected):
		status = exitRejected
	case errors.Is(err, release.ErrDirty):
		status = exitDirty
	case errors.Is(err, gekko.ErrHeld):
		status = exitHeld
	default:
		if _, ok := errors.AsType[usageError](err); ok {
			status = exitUsage
		}
	}
	e.complain("gekko: ", err.Error())
	if status == exitUsage {
		fmt.Fprintln(e.Err, "usage: "+useLine(cmd))
		hint = cmp.Or(hint, cmd.CommandPath()+" --help")
	}
	if hint = cmp.Or(hint, usualHint(err)); hint != "" {
		e.complain("hint: ", hint)
	}
	return status
}

// interrupted words the error of a command that was told to stop. What it
// leaves behind it says itself (leaves); the cancelled call says nothing more.
func interrupted(err error) error {
	if l, ok := errors.AsType[*leaving](err); ok {
		return fmt.Errorf("%w: %s", errInterrupted, l.what)
	}
	if (errors.Is(err, context.Canceled) || errors.Is(err, errInterrupted)) && !errors.Is(err, gekko.ErrHeld) {
		return errInterrupted
	}
	return fmt.Errorf("%w: %w", errInterrupted, err)
}

// leaving is an error together with what is left behind if it was a Ctrl-C.
type leaving struct {
	error
	what string
}

func (l *leaving) Unwrap() error { return l.error }

// halfway is the error of a command that had changed something before it.
type halfway struct{ error }

func (h *halfway) Unwrap() error { return h.error }

// leaves says what remains if the work was interrupted or failed half way, and
// how to go on.
func leaves(ctx context.Context, err error, what, next string) error {
	_, half := errors.AsType[*halfway](err)
	switch {
	case err == nil || errors.Is(err, gekko.ErrHeld):
		return err // what is held tells itself what is left
	case errors.Is(context.Cause(ctx), errInterrupted):
		return gekko.Hint(&leaving{err, what}, next)
	case half:
		remedy := gekko.HintOf(err)
		if errors.Is(err, gekko.ErrExpired) {
			remedy = cmp.Or(remedy, renewed)
		}
		if remedy != "" {
			next = remedy + "; then " + next
		}
		return gekko.Hint(fmt.Errorf("%w; %s", err, what), next)
	}
	return err
}

const renewed = "new credentials, as by aws sso login, or the right time on this machine's clock"

// usualHint is what helps against a kind of error when nobody knew better.
func usualHint(err error) string {
	switch {
	case errors.Is(err, errInterrupted):
		return ""
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return "make room on that disk, or set TMPDIR to a folder on another"
	case errors.Is(err, gekko.ErrExpired):
		return renewed + "; then the same command goes on"
	case errors.Is(err, gekko.ErrNotFound):
		return "is the name right, and are account and region? gekko doctor shows them"
	case errors.Is(err, gekko.ErrDenied), errors.Is(err, gekko.ErrUnavailable):
		return "gekko doctor"
	case errors.Is(err, gekko.ErrThrottled):
		return "the same command again, in a minute"
	}
	return ""
}

// complain prints one message whose first word is coloured. Lines after the
// first, such as the excerpt of a file, are kept.
func (e *Env) complain(mark, text string) {
	fmt.Fprintln(e.Err, e.paint(e.TTY.Err, bold, mark)+strings.TrimRight(text, "\n"))
}
