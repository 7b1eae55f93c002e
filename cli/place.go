package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/spf13/pflag"

	"gekko"
	"gekko/appfile"
	"gekko/cloud"
	"gekko/release/hand"
)

// place says which account and region a command works in, and for which app.
type place struct {
	region, profile, endpoint string
	file                      string
}

func (p *place) bind(f *pflag.FlagSet) {
	f.StringVarP(&p.file, "file", "f", appfile.Name, "read the app from `FILE`")
	f.StringVar(&p.region, "region", "", "work in this AWS `region`")
	f.StringVar(&p.profile, "profile", "", "use this `profile` of the AWS configuration")
	f.StringVar(&p.endpoint, "endpoint-url", "", "call this `URL` instead of AWS")
}

// app reads the app's file. Without one there is no app, unless a file was
// asked for by name: many commands find all they need in a snapshot's tags.
func (p *place) app() (app gekko.App, found bool, err error) {
	app, err = appfile.Read(p.file)
	if errors.Is(err, gekko.ErrNotFound) && p.file == appfile.Name {
		return gekko.App{}, false, nil
	}
	return app, err == nil, err
}

// mustApp is app for commands that cannot do without.
func (p *place) mustApp() (gekko.App, error) {
	app, found, err := p.app()
	if err == nil && !found {
		here, _ := os.Getwd()
		err = gekko.Hint(fmt.Errorf("%s: %w in %s", appfile.Name, gekko.ErrNotFound, here), "gekko init, or -f FILE")
	}
	return app, err
}

// regionForm is wide: AWS has more regions every year.
var regionForm = regexp.MustCompile(`^[a-z0-9-]+$`)

// open opens the cloud that the flags and the app's file name.
func (p *place) open(ctx context.Context, env *Env, app gekko.App) (*cloud.Cloud, error) {
	region := p.region
	if region == "" {
		region = app.Region
	}
	if region != "" && !regionForm.MatchString(region) {
		return nil, gekko.Hint(fmt.Errorf("%w: %q is not the name of a region", gekko.ErrInvalid, region), "--region us-east-1, for one")
	}
	c, err := env.Cloud(ctx, cloud.Options{Region: region, Profile: p.profile, Endpoint: p.endpoint})
	if err != nil {
		return nil, err
	}
	if c.Region == "" {
		return nil, gekko.Hint(fmt.Errorf("%w: no AWS region is set", gekko.ErrInvalid),
			"--region, AWS_REGION, or region: in "+appfile.Name)
	}
	return c, nil
}

// subject says whose fleet a command is about: the file's app, or else the one
// that a snapshot or group of this name belongs to. What stays empty is found
// in the snapshot's tags.
func (p *place) subject(name string) (gekko.App, hand.Subject, error) {
	app, found, err := p.app()
	if err != nil {
		return app, hand.Subject{}, err
	}
	owner := gekko.SnapshotName(name).App()
	switch {
	case found && owner != "" && owner != app.Name:
		return app, hand.Subject{}, p.ofAnother(app, owner)
	case !found && owner == "":
		_, err := p.mustApp()
		return app, hand.Subject{}, err
	case !found:
		app.Name = owner
	}
	return app, hand.Subject{App: app.Name, Balancer: app.Balancer, Accept: app.Accept}, nil
}

// ofAnother is the error of a command about one app in the folder of another.
func (p *place) ofAnother(app gekko.App, wanted gekko.AppName) error {
	err := fmt.Errorf("%w: %s is the file of app %s, not of %s", gekko.ErrInvalid, p.file, app.Name, wanted)
	return gekko.Hint(err, "-f FILE, or the same command in another folder")
}
