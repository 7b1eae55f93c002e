package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"gekko"
	"gekko/cloud"
	"gekko/local"
	"gekko/local/machine"
)

// openCloud opens the embedded cloud, and says that it is at an endpoint.
func openCloud(t *testing.T, account, endpoint string) *cloud.Cloud {
	t.Helper()
	world, err := local.New(local.Options{
		Account: account, Dir: t.TempDir(),
		Machines: func(s machine.Spec) (machine.Machine, error) { return machine.NewFunc(s, nil), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	id, secret := world.Credentials()
	c, err := cloud.Open(t.Context(), cloud.Options{
		Region: "us-east-1", Endpoint: "http://127.0.0.1", HTTPClient: world.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Endpoint = endpoint
	return c
}

func TestAChangeAwayFromThisMachineIsAgreedToFirst(t *testing.T) {
	const account, elsewhere, here = "123456789012", "http://203.0.113.1", "http://127.0.0.1"
	for _, c := range []struct {
		name     string
		endpoint string
		change   change
		app      gekko.App
		typed    string // empty: nobody is there
		refused  bool
		told     string
	}{
		{name: "on this machine", endpoint: here},
		{name: "a dry run", endpoint: elsewhere, change: change{dryRun: true}},
		{name: "nobody to ask", endpoint: elsewhere, refused: true},
		{name: "--yes", endpoint: elsewhere, change: change{yes: true}, told: "deploy web in account 123456789012, us-east-1"},
		{name: "yes", endpoint: elsewhere, typed: "y\n", told: "deploy web in account 123456789012, us-east-1. Go on? [y/N] "},
		{name: "no", endpoint: elsewhere, typed: "\n", refused: true, told: "Go on?"},
		{name: "the account of gekko.yaml", endpoint: here, app: gekko.App{Account: account}},
		{name: "another account", endpoint: here, app: gekko.App{Account: "210987654321"}, change: change{yes: true}, refused: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := bareEnv()
			env.In = strings.NewReader(c.typed)
			env.TTY.In, env.TTY.Err = c.typed != "", c.typed != ""
			env.Getenv = func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }
			err := c.change.consent(t.Context(), env, openCloud(t, account, c.endpoint), c.app, "deploy web")
			if refused := errors.Is(err, gekko.ErrRefused); refused != c.refused || err != nil && !refused {
				t.Errorf("got %v", err)
			}
			if told := env.Err.(*bytes.Buffer).String(); !strings.Contains(told, c.told) {
				t.Errorf("told %q, want %q", told, c.told)
			}
		})
	}
}
