package local_test

import (
	"slices"
	"strings"
	"testing"

	"gekko/local"
	"gekko/local/machine"
)

func TestTheEnvironmentLeavesNoWayToOtherKeys(t *testing.T) {
	w := newWorld(t, local.Options{AccessKeyID: "AKIDLOCAL", SecretAccessKey: "secret"})
	caller := []string{
		"PATH=/bin", "AWS_PROFILE=prod", "AWS_SESSION_TOKEN=x", "AWS_ACCESS_KEY=AKIDREAL", "AWS_CREDENTIAL_FILE=/k",
		"AWS_ROLE_ARN=arn", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://x", "AWS_ENDPOINT_URL_EC2=https://ec2.example",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_CONFIG_FILE=/home/me/.aws/config", "AWS_REGION=eu-west-1",
	}
	env := local.Overlay(caller, w.Environment("http://127.0.0.1:4000", caller))
	for _, want := range []string{
		"PATH=/bin", "AWS_ENDPOINT_URL=http://127.0.0.1:4000", "AWS_ACCESS_KEY_ID=AKIDLOCAL", "AWS_SECRET_ACCESS_KEY=secret",
		"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
	} {
		if !slices.Contains(env, want) {
			t.Errorf("the environment lacks %s", want)
		}
	}
	for _, kv := range env {
		switch name, value, _ := strings.Cut(kv, "="); {
		case slices.Contains([]string{"PATH", "AWS_PAGER", "AWS_EC2_METADATA_DISABLED", "BOTO_CONFIG"}, name):
		case strings.HasPrefix(name, "AWS_ENDPOINT_URL_"), strings.Contains(value, "REAL"), strings.Contains(value, "prod"):
			t.Errorf("%s still leads elsewhere", kv)
		case !slices.Contains([]string{
			"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION",
			"AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
		}, name):
			t.Errorf("%s is left over", kv)
		}
	}
}

func TestAWorldDrawsKeysOfItsOwn(t *testing.T) {
	a, b := newWorld(t, local.Options{}), newWorld(t, local.Options{})
	idA, secretA := a.Credentials()
	idB, secretB := b.Credentials()
	if idA == idB || secretA == secretB {
		t.Error("two worlds have the same keys")
	}
	if len(idA) != 20 || len(secretA) != 40 {
		t.Errorf("keys have %d and %d characters, want AWS's 20 and 40", len(idA), len(secretA))
	}
}

func newWorld(t *testing.T, o local.Options) *local.World {
	t.Helper()
	if o.Machines == nil {
		o.Machines = func(s machine.Spec) (machine.Machine, error) { return machine.NewFunc(s, nil), nil }
	}
	o.Dir = t.TempDir()
	w, err := local.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
