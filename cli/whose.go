package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"gekko"
	"gekko/cloud"
	"gekko/release/hand"
)

// whose is place for commands that look at a whole fleet. Without a gekko.yaml
// they are told the app, or take the only one that there is.
type whose struct {
	place
	name string
}

func (w *whose) bind(f *pflag.FlagSet) {
	f.StringVar(&w.name, "app", "", "the app's `name` (default: that of gekko.yaml, or else the only one in the account)")
	w.place.bind(f)
}

// fleet opens the cloud and says whose fleet is meant: the file's app's, the
// one of --app, the one that the named snapshot belongs to, or the only one.
func (w *whose) fleet(ctx context.Context, env *Env, name string) (*cloud.Cloud, gekko.App, hand.Subject, error) {
	app, found, err := w.app()
	if err != nil {
		return nil, app, hand.Subject{}, err
	}
	if _, wrong := gekko.ParseAppName(w.name); w.name != "" && wrong != nil {
		return nil, app, hand.Subject{}, usageError{wrong}
	}
	owner := cmp.Or(gekko.AppName(w.name), gekko.SnapshotName(name).App())
	if found && owner != "" && owner != app.Name {
		return nil, app, hand.Subject{}, w.ofAnother(app, owner)
	}
	c, err := w.open(ctx, env, app)
	if err != nil {
		return nil, app, hand.Subject{}, err
	}
	if !found {
		if app.Name = owner; owner == "" {
			app.Name, err = onlyApp(ctx, c)
		}
		if err == nil {
			app.Balancer, err = balancerOf(ctx, c, app.Name, gekko.GroupName(name))
		}
	}
	return c, app, hand.Subject{App: app.Name, Balancer: app.Balancer, Accept: app.Accept}, err
}

// onlyApp is the one that has snapshots or groups, if it is just one.
func onlyApp(ctx context.Context, c *cloud.Cloud) (gekko.AppName, error) {
	apps, err := c.Apps(ctx)
	switch {
	case err != nil:
		return "", err
	case len(apps) == 1:
		return apps[0], nil
	case len(apps) == 0:
		err = fmt.Errorf("app: %w: none has snapshots or groups here, and there is no gekko.yaml", gekko.ErrNotFound)
		return "", gekko.Hint(err, "gekko init, or -f FILE, or --app NAME")
	}
	var names []string
	for _, a := range apps {
		names = append(names, string(a))
	}
	err = fmt.Errorf("%w: there is no gekko.yaml, and several apps have snapshots or groups: %s", gekko.ErrInvalid, strings.Join(names, ", "))
	return "", gekko.Hint(err, "--app "+names[0])
}

// balancerOf is what an app's groups, or else its snapshots, were last said to
// stand behind; with a name only the group or snapshot of that name is asked. An
// app that has neither is ErrNotFound.
func balancerOf(ctx context.Context, c *cloud.Cloud, app gekko.AppName, name gekko.GroupName) (b gekko.Balancer, err error) {
	fleet, err := c.Observe(ctx, app, b)
	if err != nil {
		return b, err
	}
	for _, g := range fleet.Groups {
		if g.Balancer.Known() && (name == "" || name == g.Name) {
			b = g.Balancer
		}
	}
	if b.Known() {
		return b, nil
	}
	snapshots, err := c.Snapshots(ctx, app)
	for _, s := range snapshots {
		if s.Balancer.Known() && (name == "" || name == gekko.GroupName(s.Name)) {
			b = s.Balancer
		}
	}
	if err == nil && len(fleet.Groups)+len(snapshots) == 0 {
		err = gekko.Hint(fmt.Errorf("app %s: %w: it has neither snapshots nor groups here", app, gekko.ErrNotFound), "gekko snapshot list")
	}
	return b, err
}
