package release

import (
	"context"
	"fmt"

	"gekko"
	"gekko/release/hand"
	"gekko/release/phase"
)

// AskRequest asks a release that is under way for something.
type AskRequest struct {
	hand.Subject
	Ask gekko.Ask
	Dry bool // only sees whether it may be asked for
}

// Ask leaves word for whoever carries the app's release out; it needs no lease.
func (e *Engine) Ask(ctx context.Context, q AskRequest) (Asked, error) {
	f, err := e.Cloud.Observe(ctx, q.App, q.Balancer)
	if err != nil {
		return Asked{}, err
	}
	g, there := f.UnderWay()
	if !there {
		return Asked{}, gekko.Hint(fmt.Errorf("app %s: %w: no release is under way", q.App, gekko.ErrNotFound), "gekko history shows those that have ended")
	}
	a := Asked{Release: g.Release}
	if err := phase.May(g.Release, q.Ask.Verb); err != nil {
		return a, err
	}
	// There is room for one thing that was asked; only an abort needs no other.
	if g.Ask.Verb != "" && g.Ask.Verb != q.Ask.Verb && q.Ask.Verb != gekko.Abort {
		return a, gekko.Hint(fmt.Errorf("%s release %s: %w: %s asked it to %s, which has not been heeded yet", q.Ask.Verb, g.Name, gekko.ErrConflict, g.Ask.By, g.Ask.Verb),
			"the same command again, after the next look")
	}
	// The same word again, by somebody in a hurry, does not take the reason away.
	said := g.Ask.Verb == q.Ask.Verb && q.Ask.Why == ""
	if !q.Dry && !said {
		if err := e.Cloud.Ask(ctx, g.Name, q.Ask); err != nil {
			return a, err
		}
	}
	a.Lease, err = e.Cloud.Lease(ctx, q.App)
	a.Alone = err == nil && e.Silent(a.Lease, f.At)
	return a, err
}
