package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/user"
	"strings"
	"time"

	"gekko"
	"gekko/cloud"
	"gekko/release"
)

// engine carries releases out in this cloud, or looks at them. On this machine
// a second is what a minute is elsewhere.
func engine(env *Env, c *cloud.Cloud, report gekko.Reporter) *release.Engine {
	e := &release.Engine{Cloud: c, Holder: fmt.Sprintf("%s:%d", whoami(env), os.Getpid()), Report: report}
	if c.Loopback() {
		e.Short()
	}
	return e
}

// whoami is who gives a command, as user@host, in characters that every tag
// takes.
func whoami(env *Env) string {
	host, _ := os.Hostname()
	name := cmp.Or(env.Getenv("USER"), env.Getenv("LOGNAME"))
	if u, err := user.Current(); name == "" && err == nil {
		name = u.Username
	}
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("_.-@", r):
			return r
		}
		return '-'
	}, cmp.Or(name, "somebody")+"@"+cmp.Or(host, "localhost"))
}

// judging is the judge's policy in this cloud. Only the embedded one counts in
// seconds.
func judging(c *cloud.Cloud, p gekko.JudgePolicy) (gekko.JudgePolicy, error) {
	switch {
	case c.Loopback() && p.Period == 0:
		p.Period = time.Second
	case !c.Loopback() && p.Period != 0 && p.Period < time.Minute:
		return p, fmt.Errorf("%w: judge.period %v: CloudWatch counts in minutes; only an endpoint on this machine counts in seconds", gekko.ErrInvalid, p.Period)
	}
	return p, nil
}

// overseen opens an engine for commands that look at a fleet or ask something
// of its release.
func (w *whose) overseen(ctx context.Context, env *Env, report gekko.Reporter) (*release.Engine, *cloud.Cloud, release.Request, error) {
	c, app, subject, err := w.fleet(ctx, env, "")
	if err != nil {
		return nil, nil, release.Request{}, err
	}
	q := release.Request{Subject: subject, Policy: app.Release}
	q.Judge, err = judging(c, app.Judge)
	return engine(env, c, report), c, q, err
}
