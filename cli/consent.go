package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"gekko"
	"gekko/appfile"
	"gekko/cloud"
)

// change is what every command has that changes something.
type change struct {
	yes    bool
	dryRun bool
	accept []string
	timely bool // it names a thing by the time, or compares times of the cloud's
}

func (c *change) bind(f *pflag.FlagSet) {
	f.BoolVarP(&c.yes, "yes", "y", false, "do it without asking")
	f.BoolVar(&c.dryRun, "dry-run", false, "show what would be done, and do nothing")
	f.StringArrayVar(&c.accept, "accept", nil, "accept the refusal of this `name`; may be repeated")
}

// consent keeps a command from changing the wrong account. One that gekko.yaml
// does not name is refused. Anywhere but on this machine, account and region
// are named and a person is asked once; where nobody can be asked, --yes is.
func (c *change) consent(ctx context.Context, env *Env, in *cloud.Cloud, app gekko.App, what string) error {
	who, err := in.Identity(ctx)
	if err != nil {
		return err
	}
	if app.Account != "" && app.Account != who.Account {
		return gekko.Hint(fmt.Errorf("account %s: %w: %s is for account %s", who.Account, gekko.ErrRefused, appfile.Name, app.Account),
			otherAccountHint(in))
	}
	if off := who.ClockOff(clockTolerance); off != "" && c.timely {
		return gekko.Hint(fmt.Errorf("this machine's clock: %w: it is %s; snapshots are named by it, and metrics asked for", gekko.ErrRefused, off), "set the clock, as by timedatectl set-ntp true")
	} else if off != "" {
		env.complain("note: ", "this machine's clock is "+off)
	}
	if in.Loopback() || c.dryRun {
		return nil
	}
	where := fmt.Sprintf("%s in account %s, %s", what, who.Account, in.Region)
	switch {
	case c.yes:
		env.complain("gekko: ", where)
		return nil
	case !env.TTY.In || !env.TTY.Err:
		return gekko.Hint(fmt.Errorf("%s: %w: nobody is here to be asked", where, gekko.ErrRefused), "the same command with --yes")
	}
	fmt.Fprintf(env.Err, "%s. Go on? [y/N] ", where)
	answer, _ := bufio.NewReader(env.In).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return fmt.Errorf("%s: %w: not agreed to; nothing has been done", what, gekko.ErrRefused)
}

// clockTolerance is how far this machine's clock may be off: AWS refuses a
// signature that is five minutes old
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html).
const clockTolerance = time.Minute

func otherAccountHint(in *cloud.Cloud) string {
	if in.Loopback() {
		return "gekko local --like " + appfile.Name
	}
	return "--profile, or other credentials"
}
