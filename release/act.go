package release

import (
	"context"

	"gekko/release/hand"
)

// act carries one step out. What is done already is success.
func (w *work) act(ctx context.Context, v view, step hand.Step) error {
	ctx, cancel := context.WithDeadline(ctx, w.lease.until)
	defer cancel()
	c := w.e.Cloud
	switch s := step.(type) {
	case Note:
		if err := c.Record(ctx, s.Release); err != nil {
			return err
		}
		w.r = s.Release
		return nil
	case Pin:
		return c.Pin(ctx, s.Group, &s.Undo)
	case Unpin:
		return c.Pin(ctx, s.Group, nil)
	case CarryOver:
		w.carried = true
		return c.CarryOver(ctx, v.fleet, s.From, s.To)
	case Heed:
		return c.Heed(ctx, s.Group, s.Ask)
	case Keep:
		said, err := c.Console(ctx, s.Group)
		if err != nil {
			return err
		}
		return w.keep.Console(s.Group, said)
	case End:
		var err error
		if v.newThere {
			if s.Outcome.Acts, err = c.Acts(ctx, v.new.Name); err != nil {
				return err
			}
		}
		return c.End(ctx, s.Outcome)
	}
	return w.e.runner().Act(ctx, v.fleet, step)
}
