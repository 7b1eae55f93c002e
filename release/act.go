package release

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gekko"
	"gekko/release/hand"
	"gekko/release/phase"
)

// act carries one step out. What is done already is success.
func (w *work) act(ctx context.Context, v phase.View, step hand.Step) error {
	ctx, cancel := context.WithDeadline(ctx, w.lease.until)
	defer cancel()
	c := w.e.Cloud
	switch s := step.(type) {
	case phase.Note:
		if err := c.Record(ctx, s.Release); err != nil {
			return err
		}
		w.r = s.Release
		return nil
	case phase.Pin:
		return c.Pin(ctx, s.Group, &s.Undo)
	case phase.Unpin:
		return c.Pin(ctx, s.Group, nil)
	case phase.CarryOver:
		return w.carryOver(ctx, v, s)
	case phase.Heed:
		return c.Heed(ctx, s.Group, s.Ask)
	case phase.Keep:
		said, err := c.Console(ctx, s.Group)
		if err != nil {
			return err
		}
		return w.keep.Console(s.Group, said)
	case phase.End:
		return w.note(ctx, v, s.Outcome)
	}
	return w.e.runner().Act(ctx, v.Fleet, step)
}

// note remembers an outcome with all that people did.
func (w *work) note(ctx context.Context, v phase.View, o gekko.Outcome) (err error) {
	if v.NewThere && o.Ending != gekko.Open {
		if o.Acts, err = w.e.Cloud.Acts(ctx, v.New.Name); err != nil {
			return err
		}
	}
	o.Grounds = phase.AskedFor(o)
	err = w.e.Cloud.End(ctx, o)
	if errors.Is(err, gekko.ErrNotFound) {
		w.warn(fmt.Sprintf("nothing will remember how this ended: %v", err))
		return nil
	}
	return err
}

// unlike says in which way a group is not like the one that it replaces.
type unlike struct {
	phase.CarryOver
	differ []string
}

func (u unlike) Error() string {
	return fmt.Sprintf("group %s is not like %s: %s (--accept %s goes on)", u.To, u.From, strings.Join(u.differ, "; "), Settings)
}

// carryOver copies, then describes both groups again: what still differs has to
// be accepted.
func (w *work) carryOver(ctx context.Context, v phase.View, s phase.CarryOver) error {
	if err := w.e.Cloud.CarryOver(ctx, v.Fleet, s.From, s.To, s.Least); err != nil {
		return err
	}
	differ, err := w.e.Cloud.Differences(ctx, v.Fleet, s.From, s.To, s.Least)
	if err != nil || len(differ) == 0 {
		return err
	}
	if !v.Accepts(Settings) {
		return unlike{s, differ}
	}
	w.warn(unlike{s, differ}.Error())
	return nil
}
