package cli

import (
	"context"
	"os"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"gekko"
	"gekko/bake"
	"gekko/cloud"
)

// baking are the flags of commands that bake.
type baking struct{ keyPair, identity, ref string }

func (b *baking) bind(f *pflag.FlagSet) {
	f.StringVarP(&b.keyPair, "key-pair", "k", "", "reach the builder by this key `pair` instead of a temporary one")
	f.StringVarP(&b.identity, "identity-file", "i", "", "the key pair's private key is in `FILE`")
	f.StringVar(&b.ref, "ref", "", "bake this `commit`, branch or tag of the source")
}

// overrule lets the flags win over the file. Where the file names no port, one
// that an embedded cloud exports counts: it cannot always have 22.
func (b *baking) overrule(env *Env, app *gekko.App) {
	if port, err := strconv.Atoi(env.Getenv(sshPortVariable)); err == nil && app.Image.Port == 0 {
		app.Image.Port = port
	}
	if b.keyPair != "" {
		app.Image.KeyPair = b.keyPair
	}
	if b.identity != "" {
		app.Image.IdentityFile = b.identity
	}
	if b.ref != "" {
		app.Source.Ref = b.ref
	}
}

// bake makes a snapshot, or finds the one that is there already.
func (c *change) bake(ctx context.Context, env *Env, in *cloud.Cloud, q bake.Request) (s gekko.Snapshot, existed bool, err error) {
	q.App.Accept = append(q.App.Accept, c.accept...)
	q.DryRun = c.dryRun
	progress := newProgress(env)
	s, existed, err = baker(env, in, progress.report).Create(ctx, q)
	progress.end()
	return s, existed, leaves(ctx, err, "no snapshot was made, and what the bake made for itself is gone", "the same command begins again")
}

// baker makes snapshots in this cloud. One on this machine answers at once, so
// it is asked often.
func baker(env *Env, c *cloud.Cloud, report gekko.Reporter) *bake.Baker {
	b := &bake.Baker{Cloud: c, Report: report, Loopback: c.Loopback(), AgentSocket: env.Getenv("SSH_AUTH_SOCK"), Turns: os.TempDir()}
	if b.Loopback {
		b.Poll = 200 * time.Millisecond
	}
	return b
}
